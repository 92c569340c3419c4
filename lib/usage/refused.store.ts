import type { Tx } from "../db";
import { Prisma, queries } from "../db/models";
import type { Uuid } from "../ids";

/** A request that was refused before anything was reserved for it, with what its client was told. */
export type RefusedRequest = {
  id: Uuid;
  atMs: number;
  wallet: bigint;
  apiKeyId: Uuid;
  protocol: string;
  /** As it was asked for; empty where the request wasn't read so far. */
  model: string;
  httpStatus: number;
  errorCode: string;
  message: string;
  isStreamed: boolean;
  latencyMs: number;
};

/** How many more of a key and a code were refused in a minute. */
export type RefusedCount = { wallet: bigint; apiKeyId: Uuid; errorCode: string; minuteMs: number; count: bigint };

/** Write refused requests down; one that is there already stays as it is, counts are added up. */
export async function insertRefused(
  tx: Tx,
  { requests, counts }: { requests: readonly RefusedRequest[]; counts: readonly RefusedCount[] },
): Promise<void> {
  if (requests.length > 0) {
    const data = requests.map(({ atMs, apiKeyId, isStreamed, ...rest }) => ({
      ...rest,
      at: new Date(atMs),
      apiKey: apiKeyId,
      streamed: isStreamed,
    }));
    await queries(tx).refused_request.createMany({ data, skipDuplicates: true });
  }
  if (counts.length === 0) return;
  // In one order, so that two gateways never wait for each other in a circle.
  const rows = counts
    .toSorted((one, other) => (`${one.apiKeyId} ${one.errorCode}` < `${other.apiKeyId} ${other.errorCode}` ? -1 : 1))
    .map(
      ({ apiKeyId, errorCode, minuteMs, wallet, count }) =>
        Prisma.sql`(${apiKeyId}::uuid, ${errorCode}, ${new Date(minuteMs)}::timestamptz, ${wallet}::bigint, ${count}::bigint)`,
    );
  await queries(tx).$executeRaw`
    insert into refused_count (api_key, error_code, minute, wallet, count) values ${Prisma.join(rows)}
    on conflict (api_key, error_code, minute) do update set count = refused_count.count + excluded.count`;
}

/** Remove what was refused before a time, at most `limit` rows of each table; returns how many went. */
export async function deleteRefused(tx: Tx, before: Date, limit: number): Promise<number> {
  const requests = await queries(tx).$executeRaw`
    delete from refused_request where id in (select id from refused_request where at < ${before} limit ${limit})`;
  const counts = await queries(tx).$executeRaw`
    delete from refused_count where ctid in (select ctid from refused_count where minute < ${before} limit ${limit})`;
  return Math.max(requests, counts);
}
