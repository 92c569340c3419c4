/** One member of a JSON object: where its name and its value stand in the bytes. */
export type Member = { name: string; start: number; valueStart: number; end: number };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
/** A text longer than this is searched for its end by the engine rather than byte by byte. */
const SHORT = 48;

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (isSpace(bytes[at])) at++;
  return at;
}

/** The place after a text that begins at `from`. */
function skipText(bytes: Buffer, from: number): number {
  let at = from + 1;
  for (;;) {
    // Near ends, and escapes that stand close together, cost less byte by byte.
    for (const near = at + SHORT; at < near; at++) {
      if (bytes[at] === BACKSLASH) at++;
      else if (bytes[at] === QUOTE) return at + 1;
    }
    const quote = bytes.indexOf(QUOTE, at);
    if (quote < 0) return bytes.length;
    let slashes = 0;
    while (quote - 1 - slashes >= at && bytes[quote - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

/** The place after a value that begins at `from`. */
function skipValue(bytes: Buffer, from: number): number {
  if (bytes[from] === QUOTE) return skipText(bytes, from);
  let depth = 0;
  let at = from;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = skipText(bytes, at);
      continue;
    }
    if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      if (depth === 0) return at;
      depth--;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (byte === COMMA || isSpace(byte))) return at;
    at++;
  }
  return at;
}

function readName(bytes: Buffer, start: number, end: number): string {
  const name = bytes.toString("utf8", start + 1, end - 1);
  return name.includes("\\") ? String(JSON.parse(`"${name}"`)) : name;
}

/**
 * The members of the object that begins at `from`, in order, without parsing their values.
 *
 * The bytes hold valid JSON: whoever calls has parsed them.
 */
export function readMembers(bytes: Buffer, from = 0): Member[] {
  const members: Member[] = [];
  let at = skipSpace(bytes, from);
  if (bytes[at] !== OPEN_OBJECT) return members;
  at = skipSpace(bytes, at + 1);
  while (at < bytes.length && bytes[at] !== CLOSE_OBJECT) {
    const start = at;
    const nameEnd = skipText(bytes, start);
    const valueStart = skipSpace(bytes, skipSpace(bytes, nameEnd) + 1);
    const end = skipValue(bytes, valueStart);
    members.push({ name: readName(bytes, start, nameEnd), start, valueStart, end });
    at = skipSpace(bytes, end);
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
  }
  return members;
}

/** The first name that an object has twice, which readers take differently. The bytes hold valid JSON. */
export function findDuplicate(bytes: Buffer): string | null {
  /** The names of each object that is open; null for a list. */
  const open: (Set<string> | null)[] = [];
  let isName = false;
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      const end = skipText(bytes, at);
      const names = isName ? open.at(-1) : null;
      isName = false;
      if (names) {
        const name = readName(bytes, at, end);
        if (names.has(name)) return name;
        names.add(name);
      }
      at = end;
      continue;
    }
    if (byte === OPEN_OBJECT || byte === OPEN_LIST) open.push(byte === OPEN_OBJECT ? new Set() : null);
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) open.pop();
    if (byte === OPEN_OBJECT || byte === COMMA) isName = true;
    at++;
  }
  return null;
}

/** Changes of an object by name: JSON text for a value to set, null to take the member out. */
export type MemberChanges = ReadonlyMap<string, string | null>;

const COMMA_BYTE = Buffer.from(",");

/** The object without some members, and where the others stand then. */
function removed(bytes: Buffer, members: readonly Member[], changes: MemberChanges): [Buffer, Member[]] {
  const parts = [bytes.subarray(0, members[0]?.start)];
  let at = members[0]?.start ?? 0;
  const kept = members.filter(({ name }) => changes.get(name) !== null);
  const moved = kept.map(({ name, start, valueStart, end }, index) => {
    if (index > 0) parts.push(COMMA_BYTE);
    const by = at + (index > 0 ? 1 : 0) - start;
    at = end + by;
    parts.push(bytes.subarray(start, end));
    return { name, start: start + by, valueStart: valueStart + by, end: at };
  });
  return [Buffer.concat([...parts, bytes.subarray(members.at(-1)?.end)]), moved];
}

function replaced(bytes: Buffer, members: readonly Member[], changes: MemberChanges): Buffer {
  const parts: Buffer[] = [];
  const missing = new Map(changes);
  let from = 0;
  for (const { name, valueStart, end } of members) {
    const value = changes.get(name);
    if (value === undefined || value === null) continue;
    parts.push(bytes.subarray(from, valueStart), Buffer.from(value));
    from = end;
    missing.delete(name);
  }
  const added = [...missing].flatMap(([name, value]) => (value === null ? [] : [`${JSON.stringify(name)}:${value}`]));
  if (added.length > 0) {
    const place = members.at(-1)?.end ?? bytes.indexOf(OPEN_OBJECT) + 1;
    parts.push(bytes.subarray(from, place), Buffer.from((members.length > 0 ? "," : "") + added.join(",")));
    from = place;
  }
  parts.push(bytes.subarray(from));
  return Buffer.concat(parts);
}

/**
 * The object's bytes with some members set, added or taken out; every other byte stays as it was, and none is walked.
 *
 * `members` are those that `readMembers` gave for the same bytes, which hold one object and nothing after it.
 */
export function spliceMembers(bytes: Buffer, members: readonly Member[], changes: MemberChanges): Buffer {
  const isRemoving = members.some(({ name }) => changes.get(name) === null);
  return isRemoving ? replaced(...removed(bytes, members, changes), changes) : replaced(bytes, members, changes);
}

/** The object's bytes with members of an object within it set or taken out. Does nothing where there is no such object. */
export function spliceInner(bytes: Buffer, outer: string, changes: MemberChanges): Buffer {
  const members = readMembers(bytes);
  const member = members.find((candidate) => candidate.name === outer);
  if (!member || bytes[member.valueStart] !== OPEN_OBJECT) return bytes;
  const inner = bytes.subarray(member.valueStart, member.end);
  const spliced = spliceMembers(inner, readMembers(inner), changes);
  return Buffer.concat([bytes.subarray(0, member.valueStart), spliced, bytes.subarray(member.end)]);
}
