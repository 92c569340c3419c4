import type { Database } from "@/lib/db";
import { fromPublicId, newUuid, type Uuid } from "@/lib/ids";
import { createBooks, creditWallet, keepLease, type UsageDraft, type UsageEnd } from "@/lib/ledger";
import { systemCtx } from "@/lib/ctx";
import { micros, type Nanos } from "@/lib/money";
import { nowMs } from "@/lib/time";
import { anEnd, aPosting, aReserve, aSettle, cr } from "./a-ledger";
import type { Person } from "./api";

/** Give a person promo credits. Units: whole credits. */
export async function giveCredits(database: Database, person: Person, credits: number): Promise<void> {
  await database.inTransaction((tx) =>
    creditWallet(tx, systemCtx("test", nowMs()), {
      ...aPosting(person.user.walletId, "grant"),
      source: "promo",
      amountMicros: cr(credits),
    }),
  );
}

export type MadeRequest = {
  chargeMicros: bigint;
  /** USD 0.045 where nothing is said. */
  costNanos?: Nanos;
  arrivedMs?: number;
  /** The supplier's key that served it. */
  poolKey?: Uuid;
  draft?: Partial<UsageDraft>;
  end?: Partial<UsageEnd>;
};

/** Requests of a person's key, reserved and settled as a gateway does it. Returns their ids in order. */
export async function makeRequests(database: Database, person: Person, requests: MadeRequest[]): Promise<Uuid[]> {
  const lease = await keepLease(database.pool, "test");
  const books = createBooks(database.pool, lease);
  const made = requests.map(({ chargeMicros, costNanos, arrivedMs = nowMs(), poolKey, draft, end }) => {
    const hold = newUuid(arrivedMs);
    const served = poolKey === undefined ? {} : { poolKey };
    const reserve = aReserve(person.user.walletId, micros(chargeMicros), { hold, arrivedMs, ...served });
    const apiKey = fromPublicId("apiKey", person.keyId) ?? reserve.apiKey;
    const cost = costNanos === undefined ? {} : { costNanos };
    const settle = aSettle(hold, micros(chargeMicros), { ...cost, end: anEnd({ ...served, ...end }) });
    return { hold, settle, reserve: { ...reserve, apiKey, draft: { ...reserve.draft, ...draft } } };
  });
  await Promise.all(made.map(({ reserve }) => books.reserve(reserve)));
  await Promise.all(made.map(({ settle }) => books.settle(settle)));
  await lease.close();
  return made.map(({ hold }) => hold);
}
