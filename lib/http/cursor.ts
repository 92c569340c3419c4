import { ScripError } from "../errors";
import { isStorable } from "./json";

/** The place in a list after which the next page begins: the sort keys of the last row shown. */
export type Cursor = readonly string[];

/** A cursor as opaque text. */
export const writeCursor = (keys: Cursor): string => Buffer.from(JSON.stringify(keys)).toString("base64url");

/** The refusal of a text that is no cursor of the list that was asked for. */
export const otherListsCursor = (): ScripError =>
  new ScripError("invalid_request", "The cursor is not one of this list. Leave it out to begin at the start.", {
    param: "cursor",
  });

/**
 * Read a cursor that has so many keys.
 *
 * Errors: `invalid_request` where the text is no cursor of such a list.
 */
export function readCursor(text: string, keyCount: number): Cursor {
  const refuse = (): never => {
    throw otherListsCursor();
  };
  let keys: unknown;
  try {
    keys = JSON.parse(Buffer.from(text, "base64url").toString());
  } catch {
    return refuse(); // text that isn't ours
  }
  if (!Array.isArray(keys) || keys.length !== keyCount) return refuse();
  return keys.map((key: unknown) => (typeof key === "string" && isStorable(key) ? key : refuse()));
}

/** One page of a list: at most `limit` of the rows, which were read with one more, and the cursor of what follows. */
export function toPage<Row, Shown>(
  rows: readonly Row[],
  limit: number,
  keysOf: (row: Row) => Cursor,
  show: (row: Row) => Shown,
): { data: Shown[]; next_cursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.map(show),
    next_cursor: last !== undefined && rows.length > limit ? writeCursor(keysOf(last)) : null,
  };
}
