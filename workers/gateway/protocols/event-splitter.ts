const LF = 0x0a;
const CR = 0x0d;
const EMPTY = Buffer.alloc(0);

/** The place after the last blank line, or 0 where there is none. */
function lastEnd(bytes: Buffer): number {
  for (let at = bytes.length - 1; at > 0; at--) {
    const byte = bytes[at];
    if (byte !== LF && byte !== CR) continue;
    if (bytes[at - 1] === byte) return at + 1;
    if (byte === LF && bytes[at - 1] === CR && bytes[at - 2] === LF) return at + 1;
  }
  return 0;
}

/** The place after the first blank line from `from` on, or -1 where there is none. */
function firstEnd(bytes: Buffer, from: number): number {
  for (let at = from + 1; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== LF && byte !== CR) continue;
    if (bytes[at - 1] === byte) return at + 1;
    if (byte === LF && bytes[at - 1] === CR && bytes[at - 2] === LF) return at + 1;
  }
  return -1;
}

/** Cuts a stream of server-sent events where events end, whatever the bounds of the chunks. */
export type EventSplitter = {
  /** The whole events that are complete now, as one run of bytes; empty while none is. */
  push(chunk: Buffer): Buffer;
  /** What came after the last complete event. */
  rest(): Buffer;
};

/** A splitter for one stream. `bytesMax` bounds an event: more is no event stream. Errors: `RangeError` beyond it. */
export function createEventSplitter(bytesMax: number): EventSplitter {
  let tail: Buffer = EMPTY;
  return {
    push(chunk) {
      const bytes = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
      const end = lastEnd(bytes);
      tail = end === bytes.length ? EMPTY : bytes.subarray(end);
      if (tail.length > bytesMax) throw new RangeError("an event is larger than any event of this protocol");
      return bytes.subarray(0, end);
    },
    rest: () => tail,
  };
}

/** The events of a run of whole ones, each with the blank line that ends it. */
export function splitEvents(run: Buffer): Buffer[] {
  const events: Buffer[] = [];
  for (let from = 0; from < run.length;) {
    const end = firstEnd(run, from);
    const to = end < 0 ? run.length : end;
    events.push(run.subarray(from, to));
    from = to;
  }
  return events;
}

/** The text that an event carries: its data lines, joined; null where it has none (a comment, for one). */
export function eventData(event: Buffer): string | null {
  const text = event.toString("utf8");
  if (text.startsWith("data: ") && text.indexOf("\n") >= text.trimEnd().length) return text.slice(6).trimEnd();
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line.startsWith("data:"));
  if (lines.length === 0) return null;
  return lines.map((line) => line.slice(line[5] === " " ? 6 : 5)).join("\n");
}
