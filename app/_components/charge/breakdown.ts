import * as z from "zod";
import { INPUT_KINDS, OUTPUT_KINDS } from "@/lib/catalog";

const value = z.union([z.string(), z.number(), z.boolean()]);
const Kind = z.enum([...INPUT_KINDS, ...OUTPUT_KINDS, "minimum"]);

/** The lines of a charge as its record keeps them. A line of a sort that this page doesn't know shows its amount alone. */
const Line = z.union([
  z.object({
    what: z.literal("rate"),
    meter: z.string(),
    kind: Kind.nullable(),
    quantity: z.string(),
    multiple: z.string(),
    times: z.string(),
    amount: z.string(),
    per: z.string(),
    subtotal: z.string(),
  }),
  z.object({
    what: z.literal("table"),
    match: z.record(z.string(), value),
    quantity: z.string(),
    amount: z.string(),
    subtotal: z.string(),
  }),
  z.object({ what: z.literal("field"), name: z.string(), equals: value, times: z.string(), subtotal: z.string() }),
  z.object({ what: z.literal("factor"), name: z.string(), times: z.string(), subtotal: z.string() }),
  z.object({ what: z.literal("rounding"), unit: z.string(), subtotal: z.string() }),
  z.object({ subtotal: z.string() }).transform(({ subtotal }) => ({ what: "other" as const, subtotal })),
]);
export type BreakdownLine = z.infer<typeof Line>;

/** The lines of a record's breakdown, in order. */
export const readLines = (breakdown: readonly unknown[]): BreakdownLine[] =>
  breakdown.flatMap((line) => {
    const parsed = Line.safeParse(line);
    return parsed.success ? [parsed.data] : [];
  });
