import { LATEST_MS, otherListsCursor, readCursor } from "@/lib/http";
import { isUuid, type Uuid } from "@/lib/ids";

const WHOLE = /^\d{1,15}$/;

/** The place in a list ordered by time and id that a cursor names. Errors: `invalid_request`. */
export function placeInTime(cursor: string | undefined): { ms: number; id: Uuid } | null {
  if (cursor === undefined) return null;
  const [ms = "", id = ""] = readCursor(cursor, 2);
  if (!WHOLE.test(ms) || Number(ms) > LATEST_MS || !isUuid(id)) throw otherListsCursor();
  return { ms: Number(ms), id };
}

/** The place in a list ordered by number that a cursor names. Errors: `invalid_request`. */
export function placeInSequence(cursor: string | undefined): bigint | null {
  if (cursor === undefined) return null;
  const [number = ""] = readCursor(cursor, 1);
  if (!WHOLE.test(number)) throw otherListsCursor();
  return BigInt(number);
}
