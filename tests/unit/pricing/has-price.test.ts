import { expect, test } from "vitest";
import type { CardBody, Meter } from "@/lib/catalog";
import { hasPrice } from "@/lib/pricing";
import { aCard, aRequest } from "../../support/card";

const METERS: Meter[] = ["requests", "input_tokens", "output_tokens"];
const IMAGES: CardBody["rates"] = [{ meter: "images", amount: 3 }];
const TABLE = { defaults: { mode: "std" }, rows: [{ match: { mode: "pro" }, amount: 0 }] };

test.each<[string, CardBody, Record<string, unknown>, boolean]>([
  ["a rate for one of the meters", { rates: [{ meter: "output_tokens", amount: 5 }] }, {}, true],
  ["a rate of zero for one of the meters", { rates: [{ meter: "input_tokens", amount: 0 }] }, {}, true],
  ["rates for other meters alone", { rates: IMAGES }, {}, false],
  ["a row of the table, whatever its rates count", { rates: IMAGES, table: TABLE }, { mode: "pro" }, true],
  ["no row, and rates for other meters", { rates: IMAGES, table: { ...TABLE, else: "rates" } }, {}, false],
])("has a price for a request or hasn't: %s", (_what, card, body, isPriced) => {
  expect(hasPrice(aCard(card), aRequest(body), METERS)).toBe(isPriced);
});
