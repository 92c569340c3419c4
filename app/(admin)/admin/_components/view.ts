import { parseAsStringLiteral } from "nuqs/server";
import { DEFAULT_RANGE, RANGES } from "@/app/_components/ranges";

/** What profit and loss is told apart by on the page. */
export const VIEWS = ["day", "provider", "model", "channel"] as const;
export type View = (typeof VIEWS)[number];

/** What of the page its address keeps. */
export const PARSERS = {
  range: parseAsStringLiteral(RANGES).withDefault(DEFAULT_RANGE),
  by: parseAsStringLiteral(VIEWS).withDefault("day"),
};
