const FORMS: readonly RegExp[] = [
  /^\d+(?:\.\d+)?$/,
  /^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/, // 1,234.56
  /^[1-9]\d{0,2}(?: \d{3})+(?:[.,]\d+)?$/, // 1 234,56
  /^\d+,\d{1,2}$/, // 99,50: groups have three digits
];

// So many digits are exact as a JSON number, too.
const DIGITS_MAX = 15;

/**
 * An amount as people type it, as a decimal literal: with digits grouped by commas or spaces or not, a dollar sign or none.
 * A comma is a decimal one only where it can't group. Null for all else, so that nobody pays ten times what they meant.
 */
export function typedAmount(text: string): string | null {
  const plain = text
    .trim()
    .replace(/^\$\s*/, "")
    .replaceAll(/\s/g, " ");
  const form = FORMS.findIndex((one) => one.test(plain));
  if (form === -1) return null;
  const isCommaDecimal = form >= 2;
  const literal = isCommaDecimal ? plain.replaceAll(" ", "").replace(",", ".") : plain.replaceAll(",", "");
  return literal.replace(".", "").length > DIGITS_MAX ? null : literal;
}
