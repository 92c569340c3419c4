import { type CardVersion, INPUT_KINDS, OUTPUT_KINDS } from "../catalog";
import { readableCards } from "../catalog";
import type { Ctx } from "../ctx";
import type { Database, Tx } from "../db";
import { type LedgerReport, verifyLedger, type Violation } from "../ledger";
import { formatCredits, parseDecimal } from "../money";
import { uuidMs } from "../ids";
import { chargeOf, type Factor, HOURS, NO_FACTS, rate, type Usage } from "../pricing";
import {
  type BrokenInvariant,
  type ChargeRecord,
  deleteChecks,
  findChargeRecords,
  insertCheck,
  type LedgerCheck,
} from "./verification.store";

const PAGE = 2_000;
const VIOLATIONS_MAX = 20;
const KINDS = new Set<string>([...INPUT_KINDS, ...OUTPUT_KINDS]);
const CHARGE_INVARIANT = {
  name: "charge-follows-card",
  states: "Each charge is what its card asks for the recorded usage and multipliers, line by line.",
};

const part = (meters: ChargeRecord["meters"], isKind: boolean): Record<string, number | string> =>
  Object.fromEntries(Object.entries(meters).filter(([name]) => KINDS.has(name) === isKind));

/**
 * Rate a record again by its card; what is expected where it differs, else null.
 *
 * A card that looks at fields of the request can't be asked again, since bodies aren't kept.
 */
function expectedOf(record: ChargeRecord, version: CardVersion): string | null {
  const { card } = version;
  if (card.table || card.fields.length > 0) return null;
  // The record's names are those that the gateway took from the usage it rated.
  const usage = { meters: part(record.meters, false), kinds: part(record.meters, true) } as Usage;
  const factors = record.multipliers.flatMap(({ name, factor }): Factor[] => {
    const decimal = parseDecimal(factor);
    return decimal && name !== HOURS ? [{ name, factor: decimal }] : [];
  });
  const rating = rate(card, usage, { ...NO_FACTS, arrivedMs: uuidMs(record.id) });
  if (rating.outcome !== "rated") return "a price";
  const { chargeMicros, lines } = chargeOf(rating, factors, card.chargeUnit);
  const isSame = chargeMicros === record.askedMicros && JSON.stringify(lines) === JSON.stringify(record.breakdown);
  return isSame ? null : `${formatCredits(chargeMicros)} credits: ${JSON.stringify(lines)}`;
}

async function verifyCharges(database: Database): Promise<Violation[]> {
  const violations: Violation[] = [];
  const client = await database.pool.connect();
  try {
    let after: ChargeRecord | null = null;
    for (;;) {
      const page: ChargeRecord[] = await findChargeRecords(client, after, PAGE);
      const cards = await readableCards(
        database,
        page.map(({ priceCard }) => priceCard),
      );
      for (const record of page) {
        const version = cards.get(record.priceCard);
        const expected = version ? expectedOf(record, version) : null;
        if (expected === null) continue;
        const found = `${formatCredits(record.askedMicros)} credits: ${JSON.stringify(record.breakdown)}`;
        violations.push({ invariant: CHARGE_INVARIANT.name, subject: `request ${record.id}`, expected, found });
        if (violations.length >= VIOLATIONS_MAX) return violations;
      }
      after = page.at(-1) ?? null;
      if (page.length < PAGE) return violations;
    }
  } finally {
    client.release();
  }
}

/**
 * Verify every invariant of the ledger over the whole database, and every charge against its card.
 *
 * Reads only; an invariant that is violated shows its first 20 offending rows.
 */
export async function verifyBooks(database: Database): Promise<LedgerReport> {
  const { invariants, violations } = await verifyLedger(database);
  return {
    invariants: [...invariants, CHARGE_INVARIANT],
    violations: [...violations, ...(await verifyCharges(database))],
  };
}

/** Verify the whole ledger, as `verifyBooks` does, and store what was found. */
export async function checkLedger(database: Database, nowMs: number): Promise<LedgerCheck> {
  const { invariants, violations } = await verifyBooks(database);
  const broken = invariants.flatMap(({ name, states }): BrokenInvariant[] => {
    const rows = violations.filter(({ invariant }) => invariant === name);
    return rows.slice(0, 1).map(({ subject }) => ({ invariant: name, states, rows: rows.length, first: subject }));
  });
  const check = { checkedMs: nowMs, invariants: invariants.length, broken };
  await database.inTransaction((tx) => insertCheck(tx, check));
  return check;
}

const RETENTION_MS = 90 * 86_400_000;

/** Remove checks of the ledger of ninety days ago and before, at most `limit` of them; returns how many went. */
export async function purgeChecks(tx: Tx, { nowMs }: Ctx, limit: number): Promise<number> {
  return deleteChecks(tx, new Date(nowMs - RETENTION_MS), limit);
}
