import type { Tx } from "../db";
import { type Prisma, queries } from "../db/models";
import { assert } from "../errors";
import type { Uuid } from "../ids";
import { formatDecimal, micros, type Micros, nanos, type Nanos, storedDecimal } from "../money";
import { type KeyReason, type PoolKeyState, toKeyReason } from "../pool";
import { storableBytes } from "../vault";
import type { Progress, VestingTerms } from "./valuation";

/** How a contribution was closed. The state of an open one's key is the pool's. */
export type ClosedState = "revoked" | "retired";

/** A contribution as it is stored. Units: microcredits, nanodollars. */
export type Contribution = VestingTerms &
  Progress & {
    id: Uuid;
    userId: Uuid;
    walletId: bigint;
    poolKeyId: Uuid;
    provider: string;
    state: "open" | ClosedState;
    reason: KeyReason | null;
    isProven: boolean;
    grossMicros: Micros;
    feeMicros: Micros;
    /** What was clawed back when it was closed or its quota was used up, less what of it vested after all. */
    takenMicros: Micros;
    requestsServed: bigint;
    createdAtMs: number;
  };

/** What the pool knows of a contribution's key. */
export type KeyFacts = { state: PoolKeyState; reason: KeyReason | null; hint: string; coolingUntilMs: number };

type Row = Prisma.contributionGetPayload<object>;

function toContribution(row: Row): Contribution {
  const { state } = row;
  assert(state === "open" || state === "revoked" || state === "retired", `contribution ${row.id} is ${state}`);
  return {
    // Columns of type uuid.
    id: row.id as Uuid,
    userId: row.userId as Uuid,
    poolKeyId: row.poolKeyId as Uuid,
    walletId: row.walletId,
    provider: row.provider,
    state,
    reason: toKeyReason(row.reason),
    isProven: row.isProven,
    quotaNanos: nanos(row.quotaNanos),
    costNanos: nanos(row.costNanos),
    baseCostNanos: nanos(row.baseCostNanos),
    grossMicros: micros(row.grossMicros),
    feeMicros: micros(row.feeMicros),
    feeShare: storedDecimal(row.feeShare, "a contribution's fee"),
    netMicros: micros(row.netMicros),
    vestedMicros: micros(row.vestedMicros),
    baseDueMicros: micros(row.baseDueMicros),
    takenMicros: micros(row.takenMicros),
    chargedMicros: micros(row.chargedMicros),
    baseChargedMicros: micros(row.baseChargedMicros),
    baseEarnedMicros: micros(row.baseEarnedMicros),
    forgoneMicros: micros(row.forgoneMicros),
    requestsServed: row.requestsServed,
    createdAtMs: row.createdAt.getTime(),
  };
}

/** An account's contributions, newest first, from after one id on. */
export async function listByUser(
  tx: Tx,
  userId: Uuid,
  page: { limit: number; before: Uuid | null },
): Promise<Contribution[]> {
  const rows = await queries(tx).contribution.findMany({
    where: { userId, ...(page.before && { id: { lt: page.before } }) },
    orderBy: { id: "desc" },
    take: page.limit,
  });
  return rows.map(toContribution);
}

/** One contribution, or null. */
export async function findContribution(tx: Tx, id: Uuid): Promise<Contribution | null> {
  const row = await queries(tx).contribution.findUnique({ where: { id } });
  return row && toContribution(row);
}

/** The contribution that a pool key belongs to, or null. */
export async function findByPoolKey(tx: Tx, poolKeyId: Uuid): Promise<Contribution | null> {
  const row = await queries(tx).contribution.findUnique({ where: { poolKeyId } });
  return row && toContribution(row);
}

/** The contributions of these pool keys, locked in the order of their ids until the transaction ends. */
export async function lockByPoolKeys(tx: Tx, poolKeyIds: readonly Uuid[]): Promise<Contribution[]> {
  const ids = [...poolKeyIds];
  await queries(tx).$queryRaw`
    select 1 from contribution where pool_key_id = any (${ids}::uuid[]) order by id for update`;
  const rows = await queries(tx).contribution.findMany({ where: { poolKeyId: { in: ids } }, orderBy: { id: "asc" } });
  return rows.map(toContribution);
}

type KeyRow = { id: Uuid; state: PoolKeyState; reason: string | null; hint: string; cooling_until: Date | null };

/** What the pool knows of these keys, by their ids. */
export async function findKeyFacts(tx: Tx, poolKeyIds: readonly Uuid[]): Promise<Map<Uuid, KeyFacts>> {
  const rows = await queries(tx).$queryRaw<KeyRow[]>`
    select id::text, state, reason, hint, cooling_until from pool_key_status where id = any (${[...poolKeyIds]}::uuid[])`;
  return new Map(
    rows.map(({ id, state, reason, hint, cooling_until: until }) => [
      id,
      { state, reason: toKeyReason(reason), hint, coolingUntilMs: until?.getTime() ?? 0 },
    ]),
  );
}

/** Whether an account of a provider, by one of these fingerprints, has been contributed, in whatever state it is. */
export async function hasAccount(tx: Tx, fingerprints: readonly Uint8Array[]): Promise<boolean> {
  const found = await queries(tx).contributed_account.findFirst({
    where: { print: { in: fingerprints.map(storableBytes) } },
    select: { contributionId: true },
  });
  return found !== null;
}

/** How many contributions an account made since a time. */
export const countSince = (tx: Tx, userId: Uuid, sinceMs: number): Promise<number> =>
  queries(tx).contribution.count({ where: { userId, createdAt: { gte: new Date(sinceMs) } } });

/** What is still to vest of an account's open contributions. Units: microcredits. */
export async function sumUnvested(tx: Tx, userId: Uuid): Promise<Micros> {
  const rows = await queries(tx).$queryRaw<{ amount: bigint }[]>`
    select coalesce(sum(net_micros - vested_micros - taken_micros), 0)::bigint as amount
    from contribution where user_id = ${userId}::uuid and state = 'open'`;
  return micros(rows[0]?.amount ?? 0n);
}

/** What is left of the quotas of a provider's open contributions. Units: nanodollars. */
export async function sumQuotaLeft(tx: Tx, provider: string): Promise<Nanos> {
  const rows = await queries(tx).$queryRaw<{ amount: bigint }[]>`
    select coalesce(sum(greatest(quota_nanos - cost_nanos, 0)), 0)::bigint as amount
    from contribution where provider = ${provider} and state = 'open'`;
  return nanos(rows[0]?.amount ?? 0n);
}

type NewContribution = Pick<
  Contribution,
  | "id"
  | "userId"
  | "walletId"
  | "poolKeyId"
  | "provider"
  | "isProven"
  | "quotaNanos"
  | "grossMicros"
  | "feeMicros"
  | "feeShare"
  | "netMicros"
> & { quoteId: Uuid; accountFingerprints: readonly Uint8Array[]; nowMs: number };

/**
 * Store a new contribution. False where its account was contributed, be it at the same time: the caller's transaction then has
 * to fail.
 */
export async function insertContribution(
  tx: Tx,
  { nowMs, accountFingerprints, feeShare, ...rest }: NewContribution,
): Promise<boolean> {
  const fee = { feeShare: formatDecimal(feeShare.digits, feeShare.scale) };
  await queries(tx).contribution.create({ data: { ...rest, ...fee, createdAt: new Date(nowMs) } });
  // In one order, so that no two transactions wait for each other.
  const fingerprints = accountFingerprints.toSorted((a, b) => Buffer.compare(a, b)).map(storableBytes);
  const data = fingerprints.map((fingerprint) => ({ print: fingerprint, contributionId: rest.id }));
  return (
    (await queries(tx).contributed_account.createMany({ data, skipDuplicates: true })).count === fingerprints.length
  );
}

type Change = Partial<Omit<Contribution, "id" | "userId" | "walletId" | "poolKeyId" | "provider" | "createdAtMs">>;

/** Change a contribution that this transaction has locked. */
export async function updateContribution(tx: Tx, id: Uuid, { feeShare, ...change }: Change): Promise<void> {
  const fee = feeShare && { feeShare: formatDecimal(feeShare.digits, feeShare.scale) };
  await queries(tx).contribution.update({ where: { id }, data: { ...change, ...fee } });
}
