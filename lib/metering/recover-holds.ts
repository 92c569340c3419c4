import type { Database } from "../db";
import type { Books, LeaseTimings } from "../ledger";
import { endOrphan } from "./end-orphan";
import { closeLapsedLeases, listOrphanedHolds } from "./orphan.store";
import { readableCards } from "./readable-cards";

/** What a recovery found and did. */
export type Recovery = { leasesClosed: bigint; settled: number; released: number };

const BATCH = 256;

/**
 * End the holds of gateways that are gone: of those that closed their lease, and of those whose lease this look and one of
 * before found lapsed.
 *
 * Each hold ends once, whoever else is at it: the books refuse a second end. Passes on to the next batch until no orphan
 * is left. Not inside a transaction: every batch goes through the books' own flush.
 */
export async function recoverHolds(database: Database, books: Books, timings: LeaseTimings): Promise<Recovery> {
  const leasesClosed = await closeLapsedLeases(database.pool, timings);
  const recovery: Recovery = { leasesClosed, settled: 0, released: 0 };
  for (;;) {
    const orphans = await listOrphanedHolds(database.reader, BATCH);
    if (orphans.length === 0) return recovery;
    const cards = await readableCards(
      database,
      orphans.flatMap(({ costCard }) => costCard ?? []),
    );
    await Promise.all(
      orphans.map(async (orphan) => {
        const end = endOrphan(orphan, orphan.costCard === null ? null : (cards.get(orphan.costCard) ?? null));
        if (end.verb === "settle") {
          if ((await books.settle(end.input)).outcome === "settled") recovery.settled += 1;
        } else if ((await books.release(end.input)).outcome === "released") recovery.released += 1;
      }),
    );
  }
}
