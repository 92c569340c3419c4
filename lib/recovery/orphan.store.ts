import type pg from "pg";
import type { Tx } from "../db";
import { queries } from "../db/models";
import type { Uuid } from "../ids";
import { type Checkpoint, LEASE_STATEMENT_MS, type LeaseTimings } from "../ledger";
import { type Decimal, type Micros, micros, type Nanos, nanos, storedDecimal } from "../money";

/** An open hold whose gateway is gone: what was known of its request, and what its stream had used at its last checkpoint. */
export type OrphanedHold = {
  hold: Uuid;
  amountMicros: Micros;
  ageMs: number;
  streamed: boolean;
  channel: string;
  keyOwner: Uuid | null;
  upstreamModel: string;
  poolKey: Uuid | null;
  checkpoint: Checkpoint | null;
  costCard: bigint | null;
  costFactor: Decimal;
  inputTokens: number;
  attempts: { n: number; poolKey: Uuid; outcome: string; costNanos: Nanos }[];
};

// As lib/ledger writes them: amounts as text.
type DraftJson = {
  channel: string;
  key_owner: Uuid | null;
  upstream_model: string;
  cost_card: string | null;
  /** Holds of before it was kept have none. */
  input_tokens?: number;
  streamed: boolean;
};
type CheckpointJson = Omit<Checkpoint, "chargeMicros" | "costNanos"> & { chargeMicros: string; costNanos: string };
type Row = {
  hold: Uuid;
  amount_micros: Micros;
  age_ms: number;
  draft: DraftJson;
  checkpoint: CheckpointJson | null;
  pool_key: Uuid | null;
  channel_id: string | null;
  owner_id: Uuid | null;
  cost_factor: string | null;
  attempts: { n: number; poolKey: Uuid; outcome: string; costNanos: string }[] | null;
};

const LOOK =
  "select books.close_lapsed_leases(make_interval(secs => $1 / 1000.0), make_interval(secs => $2 / 1000.0)) as closed";

/**
 * Look once for leases that weren't renewed for `ttlMs`, and close those that a look `checksApartMs` ago or earlier found
 * lapsed too; their holds are orphans from then on. Returns how many.
 *
 * A look whose answer doesn't come within `LEASE_STATEMENT_MS` isn't committed. Errors: those of the database.
 */
export async function closeLapsedLeases(pool: pg.Pool, { ttlMs, checksApartMs }: LeaseTimings): Promise<bigint> {
  const client = await pool.connect();
  const ask = (text: string, values: number[] = []) =>
    client.query<{ closed?: bigint }>({ text, values, query_timeout: LEASE_STATEMENT_MS } as pg.QueryConfig);
  try {
    await ask("begin");
    await ask(`set local statement_timeout = ${LEASE_STATEMENT_MS}`);
    const { rows } = await ask(LOOK, [ttlMs, checksApartMs]);
    await ask("commit");
    client.release();
    return rows[0]?.closed ?? 0n;
  } catch (error) {
    client.release(true); // which rolls back what nobody heard of
    throw error;
  }
}

function toOrphan(row: Row): OrphanedHold {
  return {
    hold: row.hold,
    amountMicros: row.amount_micros,
    ageMs: row.age_ms,
    streamed: row.draft.streamed,
    channel: row.channel_id ?? row.draft.channel,
    keyOwner: row.channel_id === null ? row.draft.key_owner : row.owner_id,
    upstreamModel: row.draft.upstream_model,
    poolKey: row.pool_key,
    costCard: row.draft.cost_card === null ? null : BigInt(row.draft.cost_card),
    // One where the channel is gone.
    costFactor: storedDecimal(row.cost_factor ?? "1", "a channel's cost factor"),
    inputTokens: row.draft.input_tokens ?? 0,
    checkpoint: row.checkpoint && {
      ...row.checkpoint,
      chargeMicros: micros(BigInt(row.checkpoint.chargeMicros)),
      costNanos: nanos(BigInt(row.checkpoint.costNanos)),
    },
    attempts: (row.attempts ?? []).map((attempt) => ({ ...attempt, costNanos: nanos(BigInt(attempt.costNanos)) })),
  };
}

/** Open holds whose gateway is gone, at most `limit` and none of `except`; one that can't be read says why. */
export async function listOrphanedHolds(
  tx: Tx,
  limit: number,
  except: readonly Uuid[],
): Promise<(OrphanedHold | { hold: Uuid; unreadable: unknown })[]> {
  const rows = await queries(tx).$queryRaw<Row[]>`
    select o.hold::text, o.amount_micros, o.age_ms, o.draft, o.checkpoint, o.pool_key::text, o.attempts,
      k.channel_id, k.owner_id::text, c.cost_factor
    from books.orphaned_holds(${limit}::integer, ${[...except]}::uuid[]) o
    left join pool_key_status k on k.id = o.pool_key
    left join channel_terms c on c.id = k.channel_id`;
  return rows.map((row) => {
    try {
      return toOrphan(row);
    } catch (unreadable) {
      return { hold: row.hold, unreadable };
    }
  });
}
