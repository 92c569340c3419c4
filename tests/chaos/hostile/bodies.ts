import { STAGE_MODEL } from "../../support/stage";

/** Who sends a body: somebody with a few credits, an account without any, or somebody whose key is made up. */
export type Sender = "funded" | "unfunded" | "unauthenticated";

/** Bodies of one kind, all of one size, and what becomes of them. */
export type Kind = { name: string; sender: Sender; bytes: number; statuses: readonly number[]; make: () => Buffer };

export const MB = 1024 * 1024;
const HEAD = `{"model":"${STAGE_MODEL}","max_tokens":20,"messages":[{"role":"user","content":`;
const TAIL = "}]}";

/** So much of a unit as fits between two texts in so many bytes; the rest is spaces. */
function filled(bytes: number, start: string, unit: string, end: string): Buffer {
  const whole = Buffer.alloc(bytes, " ");
  const space = bytes - Buffer.byteLength(start) - Buffer.byteLength(end);
  const count = Math.floor(space / Buffer.byteLength(unit));
  let at = whole.write(start);
  if (count > 0) whole.fill(unit, at, (at += count * Buffer.byteLength(unit)));
  whole.write(end, at);
  return whole;
}

const text = (bytes: number, unit: string) => (): Buffer => filled(bytes, `${HEAD}"`, unit, `"${TAIL}`);
const value = (bytes: number, start: string, unit: string, end: string) => (): Buffer =>
  filled(bytes, HEAD + start, unit, end + TAIL);

/** Nothing is wrong with these but that their senders can't pay for so much input. */
export const wellFormed = (bytes: number): Kind => ({
  name: `well-formed, ${bytes / MB} MB`,
  sender: "funded",
  bytes,
  statuses: [402],
  make: text(bytes, "The quick brown fox jumps over the lazy dog, again. "),
});

/** Valid JSON, and what is none, that takes long to scan, parse, walk or count. */
export function hostileKinds(bytes: number): Kind[] {
  const kind = (name: string, statuses: readonly number[], make: () => Buffer, sender: Sender = "funded"): Kind => ({
    name,
    sender,
    bytes,
    statuses,
    make,
  });
  const members = value(bytes, "[1", ',{"a":1}', "]");
  return [
    kind("small members, without credits", [402], members, "unfunded"),
    kind("small members", [400], members),
    kind("numbers", [400], value(bytes, "[1", ",1", "]")),
    kind("lists in lists", [400], value(bytes, "", "[", "")),
    kind("names", [400], value(bytes, '{"a":1', ',"a":1', "}")),
    kind("escapes", [402], text(bytes, "\\u0000")),
    kind("halves of pairs", [402], text(bytes, "\\ud800")),
    kind("quotes", [402], text(bytes, '\\"')),
    kind("one letter", [402], text(bytes, "a")),
    kind("letters of three bytes", [402], text(bytes, "中")),
    kind("ends of lines and slashes", [402], text(bytes, "\\n/")),
    kind("commas", [400], value(bytes, "[", ",", "]")),
    kind("digits", [400, 402], value(bytes, "[", "1", "]")),
  ];
}

/** Bodies of somebody whose key is made up. */
export const unauthenticatedKind = (bytes: number): Kind => ({
  name: "small members, with a made-up key",
  sender: "unauthenticated",
  bytes,
  statuses: [401],
  make: value(bytes, "[1", ',{"a":1}', "]"),
});
