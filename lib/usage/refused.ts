import type { Ctx } from "../ctx";
import type { Database, Tx } from "../db";
import type { Uuid } from "../ids";
import { deleteRefused, insertRefused, type RefusedCount, type RefusedRequest } from "./refused.store";

const IN_FULL_A_MINUTE = 20;
/** What waits to be written; beyond it requests are counted. */
const WAITING_MAX = 5_000;
const MESSAGE_MAX = 1_000;
const MODEL_MAX = 128;
const MINUTE_MS = 60_000;

/** Refused requests on their way to the database. A process that dies loses those of its last second. */
export type RefusedLog = {
  note(request: RefusedRequest): void;
  /** Write down what was noted. Errors: those of the database; nothing is lost by them. */
  flush(): Promise<void>;
};

/** The first twenty a minute of a key are kept in full, the rest as counts: a client that asks in a loop fills no table. */
export function createRefusedLog(database: Database): RefusedLog {
  let requests: RefusedRequest[] = [];
  let counts = new Map<string, RefusedCount>();
  let minuteMs = 0;
  const inFull = new Map<Uuid, number>();

  function count({ wallet, apiKeyId, errorCode, atMs }: RefusedRequest): void {
    const startMs = atMs - (atMs % MINUTE_MS);
    const name = `${apiKeyId} ${errorCode} ${startMs}`;
    const before = counts.get(name)?.count ?? 0n;
    counts.set(name, { wallet, apiKeyId, errorCode, minuteMs: startMs, count: before + 1n });
  }

  return {
    note(request) {
      const startMs = request.atMs - (request.atMs % MINUTE_MS);
      if (startMs > minuteMs) {
        minuteMs = startMs;
        inFull.clear();
      }
      const noted = inFull.get(request.apiKeyId) ?? 0;
      if (noted >= IN_FULL_A_MINUTE || requests.length >= WAITING_MAX) return count(request);
      inFull.set(request.apiKeyId, noted + 1);
      const [message, model] = [request.message.slice(0, MESSAGE_MAX), request.model.slice(0, MODEL_MAX)];
      requests.push({ ...request, message, model });
    },
    async flush() {
      if (requests.length + counts.size === 0) return;
      const batch = { requests, counts: [...counts.values()] };
      [requests, counts] = [[], new Map()];
      try {
        await database.inTransaction((tx) => insertRefused(tx, batch));
      } catch (error) {
        requests = [...batch.requests, ...requests].slice(0, WAITING_MAX);
        for (const kept of batch.counts) {
          const name = `${kept.apiKeyId} ${kept.errorCode} ${kept.minuteMs}`;
          counts.set(name, { ...kept, count: kept.count + (counts.get(name)?.count ?? 0n) });
        }
        throw error;
      }
    },
  };
}

const RETENTION_MS = 30 * 86_400_000;

/** Remove refused requests of thirty days ago and before, at most `limit` at once; returns how many went. */
export const purgeRefused = (tx: Tx, { nowMs }: Pick<Ctx, "nowMs">, limit: number): Promise<number> =>
  deleteRefused(tx, new Date(nowMs - RETENTION_MS), limit);
