import { createServer } from "node:http";
import { listen } from "../../lib/http";
import { nowMs } from "../../lib/time";
import type { RunningLoop } from "./keep-doing";

const SILENCE_MS_MAX = 60_000;

/** The loops that have had no good turn for a minute, here or in another process. */
const stuck = (loops: readonly RunningLoop[], atMs: number): string[] =>
  loops.filter((loop) => atMs - loop.lastGoodMs() > SILENCE_MS_MAX).map(({ name }) => name);

/**
 * Tell how the jobs are at `/healthz`: 200 while every loop gets on, 503 with the names of those that don't.
 *
 * `port` 0 takes a free one.
 */
export async function serveHealth(
  loops: readonly RunningLoop[],
  place: { port: number; host: string },
): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    const isHealth = request.url === "/healthz";
    const names = stuck(loops, nowMs());
    response.writeHead(isHealth ? (names.length > 0 ? 503 : 200) : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(isHealth ? { ok: names.length === 0, stuck: names } : { ok: false }));
  });
  const { url } = await listen(server, place);
  return {
    url,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
