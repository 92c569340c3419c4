import type { CardBody, ModelBody } from "../../lib/catalog";

type Body = Omit<ModelBody, "price" | "cost"> & { price: CardBody; cost: CardBody };

const tokens = (amount: string): CardBody => ({
  rates: [
    { meter: "input_tokens", per: 1_000, amount },
    { meter: "output_tokens", per: 1_000, amount },
  ],
});
const minutes = (amount: string): CardBody => ({ rates: [{ meter: "seconds", per: 60, amount }] });

type Row = NonNullable<CardBody["table"]>["rows"][number];
const table = (rows: Row[], rest: Partial<NonNullable<CardBody["table"]>> = {}): CardBody => ({
  table: { ...rest, rows },
});
/** Kling's fields by their names on the wire; `mode` is std or pro, `sound` on or off. */
const KLING = { defaults: { duration: "5", mode: "std", sound: "off" } };
const clip = (duration: string, mode: string, amount: string, sound: "on" | "off" = "off"): Row => ({
  match: { duration, mode, sound },
  amount,
});
const one = (amount: string): Row[] => [{ match: {}, amount }];

/** The unit of these models' charges: a whole credit. */
export const DEMO_CHARGE_UNIT = 1;

/** Models whose prices were set by hand. A clip's cost is Kling's units at USD 0.14. */
export const DEMO_MODELS: Readonly<Record<string, Body>> = {
  "gpt-4": {
    display_name: "GPT-4",
    provider: "openai",
    upstream_model: "gpt-4",
    capabilities: ["chat"],
    context_tokens: 8_192,
    price: tokens("5"),
    cost: tokens("0.03"),
  },
  "claude-3": {
    display_name: "Claude 3",
    provider: "anthropic",
    upstream_model: "claude-3-opus-20240229",
    capabilities: ["chat"],
    context_tokens: 200_000,
    price: tokens("4"),
    cost: tokens("0.025"),
  },
  "llama-3": {
    display_name: "Llama 3",
    provider: "cloudflare",
    upstream_model: "@cf/meta/llama-3-8b-instruct",
    capabilities: ["chat"],
    context_tokens: 8_192,
    price: tokens("1"),
    cost: tokens("0.005"),
  },
  "whisper-1": {
    display_name: "Whisper",
    provider: "openai",
    upstream_model: "whisper-1",
    capabilities: ["audio_transcription"],
    price: minutes("2"),
    cost: minutes("0.006"),
  },
  "kling-v1": {
    display_name: "Kling 1",
    provider: "kling",
    upstream_model: "kling-v1",
    capabilities: ["video"],
    price: table([clip("5", "std", "10"), clip("5", "pro", "35"), clip("10", "std", "20"), clip("10", "pro", "70")], KLING),
    cost: table(
      [clip("5", "std", "0.14"), clip("5", "pro", "0.49"), clip("10", "std", "0.28"), clip("10", "pro", "0.98")],
      KLING,
    ),
  },
  "kling-v2-6": {
    display_name: "Kling 2.6",
    provider: "kling",
    upstream_model: "kling-v2-6",
    capabilities: ["video"],
    price: table([clip("5", "std", "50", "on"), clip("10", "pro", "200", "on")], KLING),
    cost: table([clip("5", "std", "0.70", "on"), clip("10", "pro", "1.40", "on")], KLING),
  },
  kolors: {
    display_name: "Kolors",
    provider: "kling",
    upstream_model: "kling-v1",
    capabilities: ["image"],
    price: table(one("1"), { per: "images" }),
    cost: table(one("0.0035"), { per: "images" }),
  },
  "kolors-virtual-try-on": {
    display_name: "Kolors virtual try-on",
    provider: "kling",
    upstream_model: "kolors-virtual-try-on-v1",
    capabilities: ["image"],
    price: table(one("5")),
    cost: table(one("0.07")),
  },
};
