import { nowMs } from "../../lib/time";

/** A stream under way, as the clock sees it. */
export type OpenStream = { tick(nowMs: number): Promise<void> };

/** The streams under way: one clock looks at all of them. */
export type OpenStreams = {
  add(stream: OpenStream): void;
  remove(stream: OpenStream): void;
  stop(): void;
};

/** A clock for streams. `failed` hears of what went wrong in a tick. */
export function createOpenStreams(tickMs: number, failed: (error: unknown) => void): OpenStreams {
  const streams = new Set<OpenStream>();
  const timer = setInterval(() => {
    const atMs = nowMs();
    for (const stream of streams) stream.tick(atMs).catch(failed);
  }, tickMs);
  timer.unref();
  return {
    add: (stream) => void streams.add(stream),
    remove: (stream) => void streams.delete(stream),
    stop: () => clearInterval(timer),
  };
}
