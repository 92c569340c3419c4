import { formatCredits, formatUsd } from "@/lib/money";
import type * as Pricing from "@/lib/pricing";
import type { CardBody } from "@/lib/catalog";
import { aCard, aRequest, decimalOf, perThousand } from "../../support/card";

export type Engine = typeof Pricing;
type Request = { body?: Record<string, unknown>; headers?: Record<string, string> };
type Example = {
  says: string;
  card: CardBody;
  usage?: Pricing.Usage["meters"];
  kinds?: Pricing.Usage["kinds"];
  request?: Request;
  factors?: [string, string][];
  /** Credits, or what isn't priced. */
  charge: string | { unpriced: string[] };
};

const tokens = (input: number, output: number): Pricing.Usage["meters"] => ({
  input_tokens: input,
  output_tokens: output,
});

const KLING_V1: CardBody = {
  table: {
    defaults: { duration: "5", mode: "std", sound: "off" },
    rows: [
      { match: { duration: "5", mode: "std" }, amount: 10 },
      { match: { duration: "5", mode: "pro" }, amount: 35 },
      { match: { duration: "10", mode: "std" }, amount: 20 },
      { match: { duration: "10", mode: "pro" }, amount: 70 },
    ],
  },
};
const KLING_V2_6: CardBody = {
  table: {
    defaults: { duration: "5", mode: "std", sound: "off" },
    rows: [
      { match: { duration: "5", mode: "std", sound: "on" }, amount: 50 },
      { match: { duration: "10", mode: "pro", sound: "on" }, amount: 200 },
    ],
  },
};
const kling = (card: CardBody, body: Record<string, unknown>, charge: Example["charge"]): Example => ({
  says: `Kling ${JSON.stringify(body)}`,
  card,
  request: { body: { prompt: "a lighthouse", ...body } },
  charge,
});

const tierField = (tier: string, times: number) => ({
  in: "body" as const,
  name: "service_tier",
  equals: tier,
  times,
});
const LONG_AND_TIERED: CardBody = {
  fields: [tierField("flex", 0.5), tierField("priority", 2.5)],
  tiers: [{ meter: "input_tokens", above: 272_000, times: { input_tokens: 2 }, fields: [tierField("priority", 1.25)] }],
};

/** What the price list promises, figure by figure. */
export const EXAMPLES: Example[] = [
  { says: "1,000 in and 500 out at 5 for 1,000", card: {}, usage: tokens(1000, 500), charge: "8" },
  {
    says: "Whisper at 2 credits a minute, 90 s",
    card: { rates: [{ meter: "seconds", per: 60, amount: 2 }] },
    usage: { seconds: "90" },
    charge: "3",
  },
  {
    says: "4 credits a megapixel, one image of 1024×1536",
    card: { rates: [{ meter: "megapixels", amount: 4 }] },
    usage: { megapixels: "1.572864" },
    charge: "7",
  },
  {
    says: "3 credits an image, 4 images",
    card: { rates: [{ meter: "images", amount: 3 }] },
    usage: { images: 4 },
    charge: "12",
  },
  {
    says: "10 credits a second, 8 s, in priority at 1.8",
    card: {
      rates: [{ meter: "seconds", amount: 10 }],
      fields: [{ in: "header", name: "X-Priority", equals: "priority", times: 1.8 }],
    },
    usage: { seconds: 8 },
    request: { headers: { "x-priority": "priority" } },
    charge: "144",
  },
  {
    says: "10,000 in of which 8,000 were read from a cache at 0.1",
    card: { multiples: { cache_read: 0.1 } },
    usage: tokens(10_000, 0),
    kinds: { cache_read: 8_000 },
    charge: "14",
  },
  {
    says: "100 credits at the channel's 0.8 and the user's 0.95",
    card: { rates: [{ meter: "requests", amount: 100 }] },
    factors: [
      ["channel discount", "0.8"],
      ["user discount", "0.95"],
    ],
    charge: "76",
  },
  {
    says: "250,000 in and 1,000 out above a step at 200,000, ×2 in and ×1.5 out",
    card: { tiers: [{ meter: "input_tokens", above: 200_000, times: { input_tokens: 2, output_tokens: 1.5 } }] },
    usage: tokens(250_000, 1_000),
    charge: "2508",
  },
  {
    says: "200,000 in are not above a step at 200,000",
    card: { tiers: [{ meter: "input_tokens", above: 200_000, times: { input_tokens: 2 } }] },
    usage: tokens(200_000, 0),
    charge: "1000",
  },
  {
    says: "200,000 in are on a step from 200,000",
    card: { tiers: [{ meter: "input_tokens", from: 200_000, times: { input_tokens: 2 } }] },
    usage: tokens(200_000, 0),
    charge: "2000",
  },
  ...(["priority", "flex"] as const).map((tier) => ({
    says: `a long request on ${tier} costs what its step says of it, else the product`,
    card: LONG_AND_TIERED,
    usage: tokens(300_000, 0),
    request: { body: { service_tier: tier } },
    charge: { priority: "3750", flex: "1500" }[tier],
  })),
  {
    says: "two steps passed: the higher alone, for the whole request",
    card: {
      tiers: [
        { meter: "input_tokens", above: 1_000, times: { input_tokens: 2 } },
        { meter: "input_tokens", above: 10_000, times: { input_tokens: 3 } },
      ],
    },
    usage: tokens(20_000, 1_000),
    charge: "305",
  },
  {
    says: "automatic caching counts as cache_read where it has no multiple of its own",
    card: { multiples: { cache_read: 0.1 } },
    usage: tokens(10_000, 0),
    kinds: { cache: 8_000 },
    charge: "14",
  },
  {
    says: "kinds take their tokens in order, and only what is left: 800 cached, then 200 of 500 in audio",
    card: { multiples: { cache_read: 0.1, input_audio: 8 }, chargeUnit: 0.001 },
    usage: tokens(1_000, 0),
    kinds: { cache_read: 800, input_audio: 500 },
    charge: "8.4",
  },
  {
    says: "audio out at 2, reasoning at 1: the kinds of the output",
    card: { multiples: { output_audio: 2 } },
    usage: tokens(0, 1_000),
    kinds: { output_audio: 400, reasoning: 600, input_audio: 0 },
    charge: "7",
  },
  {
    says: "at least 10 s are billed",
    card: { rates: [{ meter: "seconds", per: 60, amount: 60, min: 10 }] },
    usage: { seconds: "4.2" },
    charge: "10",
  },
  {
    says: "more than the least is billed as it is",
    card: { rates: [{ meter: "seconds", per: 60, amount: 60, min: 10 }] },
    usage: { seconds: "12" },
    charge: "12",
  },
  {
    says: "two fields that match multiply, a number and its text alike",
    card: {
      rates: [{ meter: "requests", amount: 10 }],
      fields: [
        { in: "body", name: "options.quality", equals: "hd", times: 2 },
        { in: "body", name: "n", equals: 3, times: 3 },
        { in: "body", name: "size", equals: "large", times: 5 },
      ],
    },
    request: { body: { options: { quality: "hd" }, n: "3" } },
    charge: "60",
  },
  {
    says: "a paid tool by the call",
    card: { rates: [...perThousand(5, 5), { meter: "calls:web_search", per: 1000, amount: 1000 }] },
    usage: { ...tokens(1_000, 0), "calls:web_search": 2 },
    charge: "7",
  },
  kling(KLING_V1, {}, "10"),
  kling(KLING_V1, { duration: 5, mode: "std" }, "10"),
  kling(KLING_V1, { mode: "pro" }, "35"),
  kling(KLING_V1, { duration: "10", sound: "off" }, "20"),
  kling(KLING_V1, { duration: 10, mode: "pro" }, "70"),
  kling(KLING_V1, { sound: "on" }, { unpriced: ["sound"] }),
  kling(KLING_V1, { duration: "15" }, { unpriced: ["duration"] }),
  kling(KLING_V2_6, { sound: "on" }, "50"),
  kling(KLING_V2_6, { duration: "10", mode: "pro", sound: "on" }, "200"),
  kling(KLING_V2_6, { duration: "10", sound: "on" }, { unpriced: ["duration", "sound"] }),
  kling(KLING_V2_6, {}, { unpriced: ["duration", "mode", "sound"] }),
  {
    says: "a Kolors image at 1, four asked for",
    card: { table: { per: "images", rows: [{ match: {}, amount: 1 }] } },
    request: { body: { n: 4 } },
    charge: "4",
  },
];

/** What an engine charges for an example, in the same form as the example's own `charge`. */
export function chargeFor(engine: Engine, example: Example): Example["charge"] {
  const card = aCard(example.card);
  const usage = { meters: example.usage ?? {}, kinds: example.kinds ?? {} };
  const rating = engine.rate(card, usage, aRequest(example.request?.body, example.request?.headers));
  if (rating.outcome === "unpriced") return { unpriced: rating.parameters };
  const factors = (example.factors ?? []).map(([name, factor]) => ({ name, factor: decimalOf(factor) }));
  return formatCredits(engine.chargeOf(rating, factors, card.chargeUnit).chargeMicros);
}

/** USD 0.03 for 1,000 tokens: what 1,000 in and 500 out cost, and × a channel's factor. */
export function costFor(engine: Engine, factor: string): string {
  const rating = engine.rate(
    aCard({ rates: perThousand("0.03", "0.03") }),
    { meters: tokens(1000, 500), kinds: {} },
    aRequest(),
  );
  return rating.outcome === "rated" ? formatUsd(engine.costOf(rating, decimalOf(factor)).costNanos) : "unpriced";
}
