import { isStorable, LATEST_MS, otherListsCursor, readCursor } from "@/lib/http";
import { fromPublicId, type IdKind, isUuid, type Uuid } from "@/lib/ids";
import { toIso } from "@/lib/time";
import * as z from "zod";

/** Credits in a reply. */
export const Credits = z.number().meta({ description: "Credits; at most 6 decimals.", examples: [12450.5] });
/** Dollars in a reply to an admin, or where money changes hands. */
export const Usd = z.number().meta({ description: "US dollars; at most 9 decimals.", examples: [9.99] });
/** A factor or a price in a reply. */
export const DecimalNumber = z.number();
/** A time in a reply. */
export const Time = z.iso.datetime().meta({ description: "RFC 3339, UTC.", examples: ["2026-11-25T09:30:00.000Z"] });

/** A time in a reply that may not have come. */
export const showTime = (ms: number | null): string | null => (ms === null ? null : toIso(ms));

/** A public id of a kind in a path or query, as the UUID behind it. */
export const IdParam = (kind: IdKind) =>
  z.string().transform((text, context): Uuid => {
    const id = fromPublicId(kind, text);
    if (id) return id;
    context.addIssue({ code: "custom", message: "is no id of this kind" });
    return z.NEVER;
  });

/** A path with one id. */
export const IdParams = (kind: IdKind) => z.object({ id: IdParam(kind) });

/** A path with the name of a model or a channel, which Next hands on percent-encoded. */
export const NameParams = z.object({ id: z.string().transform(decode) });

/** The text behind percent-encoding; `null` where it isn't one that can be stored. */
function percentDecoded(text: string): string | null {
  try {
    const name = decodeURIComponent(text);
    return isStorable(name) ? name : null;
  } catch {
    return null; // URIError: not UTF-8
  }
}

function decode(text: string, context: z.RefinementCtx): string {
  const name = percentDecoded(text);
  if (name !== null) return name;
  context.addIssue({ code: "custom", message: "is not percent-encoded as UTF-8" });
  return z.NEVER;
}

/** A page of a list: `{data, next_cursor}`. */
export const Page = <Item extends z.ZodType>(item: Item) =>
  z.object({
    data: z.array(item),
    next_cursor: z.string().nullable().meta({ description: "Pass it as `cursor` for what follows; null at the end." }),
  });

/** Query members of a call that answers with a page. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(500).optional(),
};
export const PageQuery = z.strictObject(pageQuery);

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
