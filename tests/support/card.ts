import { parseCard, type Card, type CardBody } from "@/lib/catalog";
import { parseDecimal, type Decimal } from "@/lib/money";
import type { RequestFacts } from "@/lib/pricing";

/** A card as an admin would put it; 5 credits for 1,000 tokens in and out, whole credits, where nothing else is said. */
export function aCard(body: CardBody = {}): Card {
  const rates = body.rates ?? (body.table ? [] : perThousand(5, 5));
  return parseCard({ chargeUnit: 1, ...body, rates });
}

/** Rates for 1,000 tokens in and out. */
export function perThousand(input: number | string, output: number | string): NonNullable<CardBody["rates"]> {
  return [
    { meter: "input_tokens", per: 1000, amount: input },
    { meter: "output_tokens", per: 1000, amount: output },
  ];
}

/** The parts of a request that cards look at. */
export function aRequest(body: Record<string, unknown> = {}, headers: Record<string, string> = {}): RequestFacts {
  return { body, headers };
}

/** A decimal literal, for amounts in tests. */
export function decimalOf(text: string): Decimal {
  const decimal = parseDecimal(text);
  if (!decimal) throw new Error(`no decimal: ${text}`);
  return decimal;
}
