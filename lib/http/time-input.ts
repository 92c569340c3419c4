import * as z from "zod";

// What both JavaScript and PostgreSQL can hold, and what anybody can mean.
const EARLIEST_MS = 0;
export const LATEST_MS = Date.UTC(9999, 11, 31);

const isPlausible = (text: string): boolean => {
  const ms = Date.parse(text);
  return ms >= EARLIEST_MS && ms <= LATEST_MS;
};
const MESSAGE = "must be from 1970 to 9999";

/** A moment in a request: RFC 3339, with its offset. */
export const TimeInput = z.iso.datetime({ offset: true }).refine(isPlausible, MESSAGE);

/** A calendar day in a request: YYYY-MM-DD. */
export const DayInput = z.iso.date().refine(isPlausible, MESSAGE);
