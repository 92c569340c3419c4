import { ScripError } from "@/lib/errors";
import { LATEST_MS, readCursor } from "@/lib/http";
import type { Uuid } from "@/lib/ids";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const WHOLE = /^\d{1,15}$/;

const notOurs = (): ScripError =>
  new ScripError("invalid_request", "The cursor is not one of this list. Leave it out to begin at the start.");

/** The place in a list ordered by time and id that a cursor names. Errors: `invalid_request`. */
export function placeInTime(cursor: string | undefined): { ms: number; id: Uuid } | null {
  if (cursor === undefined) return null;
  const [ms = "", id = ""] = readCursor(cursor, 2);
  if (!WHOLE.test(ms) || Number(ms) > LATEST_MS || !UUID.test(id)) throw notOurs();
  return { ms: Number(ms), id: id as Uuid }; // its form was just checked
}

/** The place in a list ordered by number that a cursor names. Errors: `invalid_request`. */
export function placeInSequence(cursor: string | undefined): bigint | null {
  if (cursor === undefined) return null;
  const [number = ""] = readCursor(cursor, 1);
  if (!WHOLE.test(number)) throw notOurs();
  return BigInt(number);
}
