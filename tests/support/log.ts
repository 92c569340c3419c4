import { Writable } from "node:stream";
import { pino } from "pino";
import type { Log } from "@/lib/log";

/** A log that keeps its lines. */
export function aLog(): { log: Log; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const keep = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  return { log: pino({ level: "info" }, keep), lines };
}
