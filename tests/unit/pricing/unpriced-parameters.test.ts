import { describe, expect, test } from "vitest";
import type { BillField, CardBody } from "@/lib/catalog";
import { unpricedParameters } from "@/lib/pricing";
import { aCard, aRequest } from "../../support/card";

const FIELDS: BillField[] = [
  { in: "body", name: "service_tier", free: ["auto", "default"] },
  { in: "body", name: "n", free: [1], meters: ["output_tokens", "images"] },
  { in: "body", name: "tools.*.type", free: ["function"], meters: ["calls:web_search"] },
  { in: "body", name: "modalities.*", only: ["audio"], kinds: ["output_audio"] },
  { in: "body", name: "web_search_options", meters: ["calls:web_search"] },
  { in: "header", name: "X-Priority" },
];
const unpriced = (card: CardBody, body: Record<string, unknown>, headers = {}): string[] =>
  unpricedParameters(aCard(card), aRequest(body, headers), FIELDS);

const BY_REQUEST: CardBody = { rates: [{ meter: "requests", amount: 1 }] };
const WITH_SEARCH: CardBody = { rates: [{ meter: "calls:web_search", amount: 1 }] };
const WITH_FLEX: CardBody = { fields: [{ in: "body", name: "service_tier", equals: "flex", times: 0.5 }] };
const CLIPS: CardBody = { table: { defaults: { duration: "5" }, rows: [{ match: { duration: "10" }, amount: 1 }] } };

describe("a field that changes the supplier's bill", () => {
  test.each([
    ["is refused unless the card prices it", {}, { service_tier: "priority" }, ["service_tier"]],
    ["passes at a value that changes nothing", {}, { service_tier: "auto" }, []],
    ["passes when it is absent or null", {}, { service_tier: null, web_search_options: undefined }, []],
    ["passes at the value that the card has a factor for", WITH_FLEX, { service_tier: "flex" }, []],
    ["is refused at another value than the card's", WITH_FLEX, { service_tier: "priority" }, ["service_tier"]],
    ["passes where the card has a rate for what it causes", {}, { n: 4 }, []],
    ["is refused where it causes more of what the card doesn't count", BY_REQUEST, { n: 4 }, ["n"]],
    ["passes as text where it does as a number", BY_REQUEST, { n: "1" }, []],
    [
      "is found in every element of a list",
      {},
      { tools: [{ type: "function" }, { type: "web_search" }] },
      ["tools.type"],
    ],
    ["passes where its tool has a price by the call", WITH_SEARCH, { tools: [{ type: "web_search" }] }, []],
    ["is refused as an object too", {}, { web_search_options: {} }, ["web_search_options"]],
    [
      "is refused only at the values that matter, where those are named",
      {},
      { modalities: ["text", "audio"] },
      ["modalities"],
    ],
    ["passes where they are not", {}, { modalities: ["text"] }, []],
    [
      "passes where its kind of token has a multiple",
      { multiples: { output_audio: 8 } },
      { modalities: ["audio"] },
      [],
    ],
    ["is told by name once", {}, { tools: [{ type: "a" }, { type: "b" }] }, ["tools.type"]],
  ] satisfies [string, CardBody, Record<string, unknown>, string[]][])("%s", (_says, card, body, expected) => {
    expect(unpriced(card, body)).toEqual(expected);
  });

  test("may be a header, in whatever case the list names it", () => {
    expect(unpriced({}, {}, { "x-priority": "high" })).toEqual(["X-Priority"]);
  });
});

describe("a card with a table", () => {
  test("refuses fields that its row doesn't price, whatever its rates say of them", () => {
    const card = { ...CLIPS, ...WITH_FLEX, rates: [{ meter: "output_tokens" as const, amount: 1 }] };
    expect(unpriced(card, { duration: 10, service_tier: "flex", n: 2 })).toEqual(["service_tier", "n"]);
  });

  test("prices the number of images where it is for each image", () => {
    const images: CardBody = { table: { per: "images", rows: [{ match: {}, amount: 1 }] } };
    expect(unpriced(images, { n: 3 })).toEqual([]);
  });

  test("names its own fields where no row matches", () => {
    expect(unpriced(CLIPS, { duration: "7" })).toEqual(["duration"]);
  });

  test("leaves it to the rates where it says so", () => {
    const card: CardBody = {
      ...CLIPS,
      table: { rows: [{ match: { duration: 10 }, amount: 1 }], else: "rates" },
      ...BY_REQUEST,
    };
    expect(unpriced(card, { duration: "7", n: 2 })).toEqual(["n"]);
  });
});
