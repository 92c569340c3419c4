import type { CardBody } from "../../lib/catalog";
import { assert } from "../../lib/errors";
import { divideUp, formatDecimal, parseDecimal } from "../../lib/money";
import { ratioOf, type Ratio } from "../../lib/pricing";
import type { AmountColumn, PriceRow } from "./price-row";

type Rates = NonNullable<CardBody["rates"]>;
type Multiples = NonNullable<CardBody["multiples"]>;

const MILLION = 1_000_000;
const MULTIPLE_PLACES = 12;

const INPUT_COLUMNS = {
  cache_read: "cache_read",
  cache_write_5m: "cache_write_5m",
  cache_write_1h: "cache_write_1h",
  input_audio: "audio_in",
  input_image: "image_in",
} as const satisfies Partial<Record<keyof Multiples, AmountColumn>>;
const OUTPUT_COLUMNS = { output_audio: "audio_out", output_image: "image_out" } as const satisfies Partial<
  Record<keyof Multiples, AmountColumn>
>;

function ratioFrom(text: string): Ratio {
  const decimal = parseDecimal(text);
  assert(decimal, `no decimal among the prices: ${text}`);
  return ratioOf(decimal);
}

/** How many plain tokens one token of a kind costs as much as; up at the 12th place where it doesn't end before. */
function multipleOf(kind: string, plain: string): string {
  const [a, b] = [ratioFrom(kind), ratioFrom(plain)];
  return formatDecimal(divideUp(a.num * b.den * 10n ** BigInt(MULTIPLE_PLACES), a.den * b.num), MULTIPLE_PLACES);
}

function multiplesOf(row: PriceRow, plain: string | null, columns: Partial<Record<keyof Multiples, AmountColumn>>): Multiples {
  if (plain === null) return {};
  const multiples = Object.entries(columns).flatMap(([kind, column]) => {
    const amount = row.amount(column);
    return amount === null ? [] : [[kind, multipleOf(amount, plain)]];
  });
  return Object.fromEntries(multiples);
}

function ratesOf(row: PriceRow, input: string | null, output: string | null): Rates {
  const rates: (Rates[number] | null)[] = [
    input === null ? null : { meter: "input_tokens", per: MILLION, amount: input },
    output === null ? null : { meter: "output_tokens", per: MILLION, amount: output },
    rateOf("images", 1, row.amount("per_image")),
    rateOf("seconds", 60, row.amount("per_second")),
    rateOf("characters", MILLION, row.amount("per_1m_chars")),
  ];
  return rates.filter((rate) => rate !== null);
}

/** A rate for `per` of a meter from the price of one. */
function rateOf(meter: Rates[number]["meter"], per: number, amount: string | null): Rates[number] | null {
  if (amount === null) return null;
  if (meter !== "seconds") return { meter, per, amount };
  const { num, den } = ratioFrom(amount);
  return { meter, per, amount: formatDecimal((num * BigInt(per) * 10n ** 12n) / den, 12) };
}

/** A long request: the rates of the whole of it go up, and a tier may cost other than its factor says. */
function tiersOf(row: PriceRow): NonNullable<CardBody["tiers"]> {
  const [above, from] = [row.amount("long_above"), row.amount("long_from")];
  const [input, output] = [row.amount("long_in_x"), row.amount("long_out_x")];
  if ((above === null && from === null) || input === null || output === null) return [];
  const priority = row.amount("long_priority_x");
  return [
    {
      meter: "input_tokens",
      ...(above === null ? {} : { above }),
      ...(from === null ? {} : { from }),
      times: { input_tokens: input, output_tokens: output },
      ...(priority === null ? {} : { fields: [tierField("priority", priority)] }),
    },
  ];
}

const tierField = (tier: string, times: string): NonNullable<CardBody["fields"]>[number] => ({
  in: "body",
  name: "service_tier",
  equals: tier,
  times,
});

function hoursOf(row: PriceRow): NonNullable<CardBody["hours"]> {
  const times = row.amount("peak_x");
  return times === null ? [] : row.peakHours.map(([from_hour, to_hour]) => ({ from_hour, to_hour, times }));
}

function fieldsOf(row: PriceRow): NonNullable<CardBody["fields"]> {
  return (["flex", "priority"] as const).flatMap((tier) => {
    const times = row.amount(`${tier}_x`);
    return times === null ? [] : [tierField(tier, times)];
  });
}

/** What the supplier bills for a model, from a row of its prices. Units: US dollars. */
export function costCard(row: PriceRow): CardBody {
  const input = row.amount("input");
  // A model that puts out images only has no price for other output.
  const output = row.amount("output") ?? row.amount("image_out");
  return {
    rates: ratesOf(row, input, output),
    multiples: { ...multiplesOf(row, input, INPUT_COLUMNS), ...multiplesOf(row, nonZero(output), OUTPUT_COLUMNS) },
    fields: fieldsOf(row),
    tiers: tiersOf(row),
    hours: hoursOf(row),
    source: row.source,
  };
}

const nonZero = (amount: string | null): string | null => (amount === "0" ? null : amount);
