import { describe, expect, it } from "vitest";
import { parseCard } from "@/lib/catalog";
import { unpricedParameters } from "@/lib/pricing";
import { findAdapter } from "@/lib/providers";

const WITH_SEARCH = parseCard({
  rates: [
    { meter: "input_tokens", per: 1000, amount: 5 },
    { meter: "output_tokens", per: 1000, amount: 5 },
    { meter: "calls:web_search", per: 1000, amount: 10 },
    { meter: "calls:live_search", per: 1000, amount: 10 },
  ],
});

/** What of a request to a supplier has no price. */
const unpriced = (provider: string, body: Record<string, unknown>) =>
  unpricedParameters(WITH_SEARCH, { body, headers: {} }, findAdapter(provider)?.billFields ?? []);

describe("fields that change the bill", () => {
  it.each([
    ["openai", "web_search_options"],
    ["xai", "search_parameters"],
  ])("are refused where a price by the call would never be charged: %s, %s", (provider, name) => {
    expect(unpriced(provider, { [name]: {} })).toEqual([name]);
  });

  it("are those of any supplier, where nothing is known of the one that answers", () => {
    for (const name of ["search_parameters", "plugins", "provider", "models", "speed", "search_settings", "google"]) {
      expect(unpriced("openai-compatible", { [name]: "x" })).toEqual([name]);
    }
  });
});
