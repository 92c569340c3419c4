import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listen, refuseOperatorAccess } from "../../lib/http";
import { nowMs } from "../../lib/time";
import type { RunningLoop } from "./loop";

const SILENCE_MS_MAX = 60_000;
const LOOPBACK = "127.0.0.1";

/** Where the health is told: on this machine alone, unless a token is set, which is asked for then. */
export type HealthPlace = { port: number; host: string; token: string | null };

/** The loops that have had no good turn for a minute, here or in another process. */
const stuck = (loops: readonly RunningLoop[], atMs: number): string[] =>
  loops.filter((loop) => atMs - loop.lastGoodMs() > SILENCE_MS_MAX).map(({ name }) => name);

function answer(request: IncomingMessage, loops: readonly RunningLoop[], token: string | null): [number, object] {
  const refusal = refuseOperatorAccess(request, token);
  if (refusal) return [refusal === "token_missing" ? 401 : 403, { ok: false }];
  const names = stuck(loops, nowMs());
  const isWell = names.length === 0;
  if (request.url === "/healthz") return [isWell ? 200 : 503, { ok: isWell, stuck: names }];
  if (request.url !== "/readyz") return [404, { ok: false }];
  const waiting = loops.filter((loop) => !loop.hasWorked()).map(({ name }) => name);
  const isReady = isWell && waiting.length === 0;
  return [isReady ? 200 : 503, { ok: isReady, stuck: names, waiting }];
}

function send(response: ServerResponse, [status, body]: [number, object]): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/**
 * Report the jobs' state at `/healthz`: 200 while every loop makes progress, 503 with the names of those that don't; and at
 * `/readyz`: 200 once every loop has worked, so that the queue was reached, 503 with the names of those that haven't.
 *
 * Without a token it listens on this machine alone, whatever `host` says. `port` 0 takes a free one.
 */
export async function serveHealth(
  loops: readonly RunningLoop[],
  { port, host, token }: HealthPlace,
): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => send(response, answer(request, loops, token)));
  const { url } = await listen(server, { port, host: token === null ? LOOPBACK : host });
  return {
    url,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
