import * as z from "zod";
import {
  micros,
  nanos,
  parseDecimal,
  significantDigits,
  toScale,
  type Decimal,
  type Micros,
  type Nanos,
} from "../money";

/** The largest amounts that cross the edge, so that each is exact as a JSON number. */
const CREDITS_MAX = 1_000_000_000;
const USD_MAX = 1_000_000;
const DIGITS_MAX = 15;

const toDecimal = (value: number): Decimal | null => parseDecimal(String(value));

function scaled(value: number, scale: number, what: string, context: z.RefinementCtx): bigint {
  const parsed = toDecimal(value);
  const amount = parsed && toScale(parsed, scale);
  if (amount !== null) return amount;
  context.addIssue({ code: "custom", message: `must have at most ${scale} decimals in ${what}` });
  return z.NEVER;
}

/** An amount of credits in a request, as microcredits. At least 0, at most 10⁹ credits, at most 6 decimals. */
export const CreditsInput = z
  .number()
  .min(0)
  .max(CREDITS_MAX)
  .transform((value, context): Micros => micros(scaled(value, 6, "credits", context)));

/** An amount of credits above 0 in a request. */
export const PositiveCreditsInput = z
  .number()
  .gt(0)
  .max(CREDITS_MAX)
  .transform((value, context): Micros => micros(scaled(value, 6, "credits", context)));

/** An amount of dollars in a request, as nanodollars. At least 0, at most USD 10⁶, at most 9 decimals. */
export const UsdInput = z
  .number()
  .min(0)
  .max(USD_MAX)
  .transform((value, context): Nanos => nanos(scaled(value, 9, "dollars", context)));

/** A decimal in a request (a price, a factor): at least 0, at most 15 significant digits. */
export const DecimalInput = z
  .number()
  .min(0)
  .transform((value, context): Decimal => {
    const parsed = toDecimal(value);
    if (parsed && significantDigits(parsed) <= DIGITS_MAX) return parsed;
    context.addIssue({ code: "custom", message: `must have at most ${DIGITS_MAX} significant digits` });
    return z.NEVER;
  });
