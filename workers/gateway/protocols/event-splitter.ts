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

const BLANK_LINE = Buffer.from("\n\n");
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** A stream may begin with a byte order mark, which hides its first event from readers. */
const withoutMark = (bytes: Buffer): Buffer =>
  bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? bytes.subarray(3) : bytes;

const ONE_NEWLINE = ["}\ndata:", "}\r\ndata:"].map((text) => Buffer.from(text));
const DATA = Buffer.from("data:");

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Give each event its blank line where a supplier writes them one newline apart. A line that isn't JSON by itself is a part of a
 * longer event, and stays one.
 */
function endEvents(bytes: Buffer): Buffer {
  if (!ONE_NEWLINE.some((pattern) => bytes.includes(pattern))) return bytes;
  const lines = bytes.toString("latin1").split("\n");
  const ended = lines.map((line, index) => {
    const isData = line.startsWith("data:") && lines[index + 1]?.startsWith("data:");
    return isData && isJson(Buffer.from(line.slice(DATA.length), "latin1").toString("utf8")) ? `${line}\n` : line;
  });
  return Buffer.from(ended.join("\n"), "latin1");
}

/** Whether an event is named an error. */
export const isErrorEvent = (event: Buffer): boolean =>
  /(?:^|[\r\n])event:\s*error\s*[\r\n]/.test(event.toString("latin1"));

/** Cuts a stream of server-sent events where events end, whatever the bounds of the chunks. */
export type EventSplitter = {
  /** The whole events that are complete now, as one run of bytes; empty while none is. */
  push(chunk: Buffer): Buffer;
  /** What came after the last complete event, ended: a stream's last event may lack its blank line. */
  finish(): Buffer;
};

/** A splitter for one stream. `bytesMax` bounds an event: more is no event stream. Errors: `RangeError` beyond it. */
export function createEventSplitter(bytesMax: number): EventSplitter {
  let tail: Buffer = EMPTY;
  let isFirst = true;
  return {
    push(chunk) {
      const joined = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
      const bytes = endEvents(isFirst ? withoutMark(joined) : joined);
      isFirst = false;
      const end = lastEnd(bytes);
      tail = end === bytes.length ? EMPTY : bytes.subarray(end);
      if (tail.length > bytesMax) throw new RangeError("an event is larger than any event of this protocol");
      return bytes.subarray(0, end);
    },
    finish() {
      let end = tail.length;
      while (tail[end - 1] === LF || tail[end - 1] === CR) end--;
      const last = tail.subarray(0, end);
      tail = EMPTY;
      return last.length === 0 ? EMPTY : endEvents(Buffer.concat([last, BLANK_LINE]));
    },
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
