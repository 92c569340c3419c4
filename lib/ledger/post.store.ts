import { type Ctx, describeActor } from "../ctx";
import type { Tx } from "../db";
import { queries } from "../db/models";
import { assert, ScripError } from "../errors";
import type { Uuid } from "../ids";
import { micros, type Micros } from "../money";
import { type AccountName, ACCOUNTS, TRANSFER_KINDS, type TransferKind } from "./kinds";

/** What every posting says: once per (scope, key), of which kind, on which wallet, and why. */
export type Posting = {
  /** Idempotency: the same scope and key with the same `requestHash` gives the first outcome again. */
  scope: string;
  key: string;
  requestHash: Buffer;
  transfer: Uuid;
  kind: TransferKind;
  wallet: bigint;
  refType?: string;
  refId?: string;
  memo?: string;
};

type Outcome = {
  transfer: Uuid;
  lot?: number | null;
  taken?: string;
  owed?: string;
  covered?: string;
  restored?: string;
  forgiven?: string;
};

/** Run one posting function of the books. Errors: `ScripError` idempotency_conflict where the key stood for another request. */
async function post(tx: Tx, sql: string, ctx: Ctx, posting: Posting, args: readonly unknown[]): Promise<Outcome> {
  const { scope, key, requestHash, transfer, kind, wallet, refType = null, refId = null, memo = null } = posting;
  const values = [
    scope,
    key,
    requestHash,
    transfer,
    TRANSFER_KINDS[kind],
    wallet,
    describeActor(ctx.actor),
    refType,
    refId,
    memo,
  ];
  try {
    const rows = await queries(tx).$queryRawUnsafe<{ outcome: Outcome }[]>(sql, ...values, ...args);
    const outcome = rows[0]?.outcome;
    assert(outcome, "the ledger gave no outcome");
    return outcome;
  } catch (error) {
    if (error instanceof Error && `${error.message} ${JSON.stringify(error)}`.includes("SC409")) {
      throw new ScripError("idempotency_conflict", "This idempotency key was used for another request. Use a new key.");
    }
    throw error;
  }
}

const POSTING = "row($1, $2, $3::bytea, $4::uuid, $5::smallint, $6::bigint, $7, $8, $9, $10)::books.posting";
const codes = (names: readonly AccountName[]): number[] => names.map((name) => ACCOUNTS[name]);

export async function postCredit(
  tx: Tx,
  ctx: Ctx,
  posting: Posting,
  input: {
    source: AccountName;
    amountMicros: Micros;
    from: AccountName;
    usdNanosPerCredit: bigint;
    expiresMs: number | null;
  },
): Promise<{ transfer: Uuid; lot: bigint | null }> {
  const { transfer, lot } = await post(
    tx,
    `select books.credit(${POSTING}, $11::smallint, $12::bigint, $13::smallint, $14::bigint, $15::timestamptz) as outcome`,
    ctx,
    posting,
    [
      ACCOUNTS[input.source],
      input.amountMicros,
      ACCOUNTS[input.from],
      input.usdNanosPerCredit,
      input.expiresMs === null ? null : new Date(input.expiresMs).toISOString(),
    ],
  );
  return { transfer, lot: lot === null || lot === undefined ? null : BigInt(lot) };
}

export async function postContribution(
  tx: Tx,
  ctx: Ctx,
  posting: Posting,
  input: { netMicros: Micros; feeMicros: Micros },
): Promise<{ transfer: Uuid }> {
  const sql = `select books.grant_contribution(${POSTING}, $11::bigint, $12::bigint) as outcome`;
  const { transfer } = await post(tx, sql, ctx, posting, [input.netMicros, input.feeMicros]);
  return { transfer };
}

export async function postDebit(
  tx: Tx,
  ctx: Ctx,
  posting: Posting,
  input: { amountMicros: Micros; order: readonly AccountName[]; lot: bigint | null; to: AccountName; mayOwe: boolean },
): Promise<{ transfer: Uuid; takenMicros: Micros; owedMicros: Micros }> {
  const {
    transfer,
    taken = "0",
    owed = "0",
  } = await post(
    tx,
    `select books.debit(${POSTING}, $11::bigint, $12::smallint[], $13::bigint, $14::smallint, $15::boolean) as outcome`,
    ctx,
    posting,
    [input.amountMicros, codes(input.order), input.lot, ACCOUNTS[input.to], input.mayOwe],
  );
  return { transfer, takenMicros: micros(BigInt(taken)), owedMicros: micros(BigInt(owed)) };
}

export async function postReversal(
  tx: Tx,
  ctx: Ctx,
  posting: Posting,
  input: { debit: Uuid; lot: bigint },
): Promise<{ transfer: Uuid; restoredMicros: Micros; forgivenMicros: Micros }> {
  const {
    transfer,
    restored = "0",
    forgiven = "0",
  } = await post(tx, `select books.reverse_debit(${POSTING}, $11::uuid, $12::bigint) as outcome`, ctx, posting, [
    input.debit,
    input.lot,
  ]);
  return { transfer, restoredMicros: micros(BigInt(restored)), forgivenMicros: micros(BigInt(forgiven)) };
}

export async function postVesting(
  tx: Tx,
  ctx: Ctx,
  posting: Posting,
  amountMicros: Micros,
): Promise<{ transfer: Uuid; coveredMicros: Micros }> {
  const { transfer, covered = "0" } = await post(
    tx,
    `select books.vest(${POSTING}, $11::bigint) as outcome`,
    ctx,
    posting,
    [amountMicros],
  );
  return { transfer, coveredMicros: micros(BigInt(covered)) };
}

export async function postClawBack(
  tx: Tx,
  ctx: Ctx,
  posting: Posting,
  amountMicros: Micros,
): Promise<{ transfer: Uuid; takenMicros: Micros; owedMicros: Micros }> {
  const {
    transfer,
    taken = "0",
    owed = "0",
  } = await post(tx, `select books.claw_back(${POSTING}, $11::bigint, $12::smallint) as outcome`, ctx, posting, [
    amountMicros,
    ACCOUNTS.pool_inventory,
  ]);
  return { transfer, takenMicros: micros(BigInt(taken)), owedMicros: micros(BigInt(owed)) };
}

/**
 * How many unvested credits each of these wallets may spend in advance, by wallet. They are locked, in the order of their
 * ids, until the transaction ends. Units: microcredits.
 */
export async function lockAdvanceLimits(tx: Tx, wallets: readonly bigint[]): Promise<Map<bigint, Micros>> {
  const rows = await queries(tx).$queryRaw<{ wallet: bigint; limit_micros: bigint }[]>`
    select wallet, limit_micros from books.lock_advance_limits(${[...wallets]}::bigint[])`;
  return new Map(rows.map((row) => [row.wallet, micros(row.limit_micros)]));
}

export async function writeLimits(tx: Tx, limits: ReadonlyMap<bigint, Micros>): Promise<void> {
  await queries(tx).$queryRaw`
    select books.set_advance_limit(x.wallet, x.limit_micros)::text
    from unnest(${[...limits.keys()]}::bigint[], ${[...limits.values()]}::bigint[]) x(wallet, limit_micros)`;
}

/**
 * Have so much of a wallet frozen for a reference, at most what is free and never unvested credits, in place of what was
 * frozen for it before; 0 ends it. Frozen credits are held: they can't be spent, taken or expire. Returns how much is frozen.
 *
 * Units: microcredits. The wallet is locked until the transaction ends.
 */
export async function setFreeze(
  tx: Tx,
  { reference, wallet, amountMicros }: { reference: string; wallet: bigint; amountMicros: Micros },
): Promise<Micros> {
  const [row] = await queries(tx).$queryRaw<{ frozen: bigint }[]>`
    select books.set_freeze(${reference}, ${wallet}::bigint, ${amountMicros}::bigint) as frozen`;
  assert(row, "books.set_freeze gave no row");
  return micros(row.frozen);
}
