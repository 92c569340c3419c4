/** Dollars in words, to the cent. `literal` is decimal text, which Intl reads digit by digit. */
export const moneyText = (literal: string, locale: string): string =>
  new Intl.NumberFormat(locale, { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol" }).format(
    literal as Intl.StringNumericLiteral,
  );
