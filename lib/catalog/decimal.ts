import * as z from "zod";
import { parseDecimal, significantDigits, type Decimal } from "../money";

/** A binary double gives back every decimal of so many digits, so a card may be read by an ordinary JSON parser. */
const SIGNIFICANT_DIGITS_MAX = 15;
const SCALE_MAX = 18;
const WHOLE_DIGITS_MAX = 12;
const NO_NUMBER = "must be a number, or a number written as text";

function whatIsWrong(decimal: Decimal | null): string | null {
  if (!decimal) return NO_NUMBER;
  if (decimal.digits < 0n) return "must not be negative";
  if (significantDigits(decimal) > SIGNIFICANT_DIGITS_MAX) {
    return `has more than ${SIGNIFICANT_DIGITS_MAX} significant digits: round it to a number that is meant`;
  }
  if (decimal.digits >= 10n ** BigInt(WHOLE_DIGITS_MAX + decimal.scale)) {
    return `has more than ${WHOLE_DIGITS_MAX} digits before the point`;
  }
  return decimal.scale > SCALE_MAX ? `has more than ${SCALE_MAX} decimal places` : null;
}

/** The same number without trailing zeros, so that one number has one form. */
function shortest({ digits, scale }: Decimal): Decimal {
  let [shorter, places] = [digits, scale];
  while (places > 0 && shorter % 10n === 0n) [shorter, places] = [shorter / 10n, places - 1];
  return { digits: shorter, scale: places };
}

/** A decimal of a card: a JSON number or decimal text, not negative, at most 15 significant digits; read exactly. */
export const CardDecimal = z.union([z.number(), z.string()], NO_NUMBER).transform((written, context): Decimal => {
  const decimal = parseDecimal(String(written));
  const problem = whatIsWrong(decimal && shortest(decimal));
  if (!decimal || problem) {
    context.addIssue({ code: "custom", message: problem ?? NO_NUMBER });
    return z.NEVER;
  }
  return shortest(decimal);
});

/** A decimal of a card that isn't zero. */
export const PositiveDecimal = CardDecimal.refine((decimal) => decimal.digits > 0n, "must be above zero");
