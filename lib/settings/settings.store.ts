import type { Tx } from "../db";
import { type Prisma, queries } from "../db/models";
import { formatUsd, nanos, parseUsd } from "../money";

/** The settings that aren't at their defaults, by name. */
export async function readStored(reader: Tx): Promise<Map<string, unknown>> {
  const rows = await queries(reader).setting.findMany();
  return new Map(rows.map(({ name, value }) => [name, value]));
}

/** Hold off other changes until this transaction has ended: a merge patch reads what it changes. */
export async function lockSettings(tx: Tx): Promise<void> {
  await queries(tx).$queryRaw`select pg_advisory_xact_lock(hashtext('scrip.settings'))::text`;
}

/** Let no change through until this transaction has ended; others may do so at the same time. */
export async function holdOffChanges(tx: Tx): Promise<void> {
  await queries(tx).$queryRaw`select pg_advisory_xact_lock_shared(hashtext('scrip.settings'))::text`;
}

/** Store a setting's value; undefined removes it, so that its default holds. */
export async function writeStored(tx: Tx, nowMs: number, name: string, value: unknown): Promise<void> {
  if (value === undefined) {
    await queries(tx).setting.deleteMany({ where: { name } });
    return;
  }
  const data = { value: value as Prisma.InputJsonValue, updatedAt: new Date(nowMs) }; // it came from JSON
  await queries(tx).setting.upsert({ where: { name }, create: { name, ...data }, update: data });
}

/** A provider's policy as the settings write it. */
export type Policy = {
  allowed: boolean;
  note: string;
  reason: string;
  reference_model: string | null;
  pool_ceiling_usd: number | null;
  channel: string | null;
};

/** Every provider's policy, by provider id. */
export async function readPolicies(reader: Tx): Promise<Record<string, Policy>> {
  const rows = await queries(reader).provider_policy.findMany({ orderBy: { provider: "asc" } });
  const toPolicy = (row: (typeof rows)[number]): Policy => ({
    allowed: row.allowed,
    note: row.note,
    reason: row.reason,
    reference_model: row.referenceModel,
    // At most 15 digits, so that the JSON number is exact.
    pool_ceiling_usd:
      row.poolCeilingNanos === null ? null : (JSON.parse(formatUsd(nanos(row.poolCeilingNanos))) as number),
    channel: row.channelId,
  });
  return Object.fromEntries(rows.map((row) => [row.provider, toPolicy(row)]));
}

/** Replace every provider's policy. */
export async function writePolicies(tx: Tx, nowMs: number, policies: Record<string, Policy>): Promise<void> {
  await queries(tx).provider_policy.deleteMany({});
  await queries(tx).provider_policy.createMany({
    data: Object.entries(policies).map(([provider, policy]) => ({
      provider,
      allowed: policy.allowed,
      note: policy.note,
      reason: policy.reason,
      referenceModel: policy.reference_model,
      poolCeilingNanos: policy.pool_ceiling_usd === null ? null : parseUsd(String(policy.pool_ceiling_usd)),
      channelId: policy.channel,
      updatedAt: new Date(nowMs),
    })),
  });
}
