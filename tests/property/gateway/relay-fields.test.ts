import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ScripError } from "@/lib/errors";
import { unpricedParameters } from "@/lib/pricing";
import { findAdapter, RELAY_BILL_FIELDS } from "@/lib/providers";
import { aCard } from "../../support/card";
import { openAiChat } from "../../../workers/gateway/protocols/openai";

/** What relays are known to bill, by their own documents: a list of the test's own. */
const BILLED = (
  "models provider plugins route preset web_search_options " +
  "search_parameters extra_body search_settings compound_custom enable_search search_options " +
  "service_tier speed container inference_geo cached_content google " +
  "mcp_servers fallbacks api_base custom_llm_provider provider_options data_sources " +
  "venice_parameters previous_response_id background cache_control"
).split(" ");
const BUILT_IN = [
  "web_search",
  "code_interpreter",
  "file_search",
  "web_search_20250305",
  "openrouter:web_search",
  "mcp",
];
const FOREIGN = ["video_url", "file", "document", "input_video", "hologram"];

/** Names as the most lenient reader takes them. */
const lenient = (name: string): string =>
  name
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "");
const billedNames = new Set(BILLED.map(lenient));
const isBilledName = (name: string): boolean =>
  [name, ...name.split(/[^\p{L}\p{N}_]+/u)].some((part) => billedNames.has(lenient(part)));
/** Left out, or switched off. */
const isOff = (value: unknown): boolean => value === null || value === false;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether anything at all in a value, however deep in lists and objects, has a type that isn't among these. */
function hasOtherType(value: unknown, free: readonly string[]): boolean {
  if (Array.isArray(value)) return (value as unknown[]).some((item) => hasOtherType(item, free));
  if (!isObject(value)) return false;
  return Object.entries(value).some(([name, inner]) => {
    if (lenient(name) !== "type") return ["0", "tool", "video_url"].includes(name) && inner !== null;
    return [inner].flat().some((type) => typeof type !== "string" || !free.includes(lenient(type)));
  });
}

/** Whether the most lenient relay would bill something of a body beside its tokens. */
function isBilled(body: Record<string, unknown>): boolean {
  if (Object.entries(body).some(([name, value]) => !isOff(value) && isBilledName(name))) return true;
  const messages = (body["messages"] as Record<string, unknown>[]).map(({ content }) => content);
  return (
    hasOtherType(body["tools"], ["function", "custom"]) ||
    messages.some((content) => hasOtherType(content, ["text", "imageurl", "refusal"]))
  );
}

/** What leaves for a relay, or null where the request is refused. */
function forwarded(body: object): Record<string, unknown> | null {
  const adapter = findAdapter("openai");
  const endpoint = adapter?.endpoints["openai"];
  if (!adapter || !endpoint) throw new Error("no adapter");
  try {
    const parsed = openAiChat.parse(Buffer.from(JSON.stringify(body)), {});
    const fields = [...adapter.billFields, ...RELAY_BILL_FIELDS];
    if (unpricedParameters(aCard({}), parsed.facts, fields).length > 0) return null;
    const change = { model: "m", outputCap: null, endpoint, asksForUsage: true };
    return JSON.parse(openAiChat.limit(parsed, change).toString()) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof ScripError && error.code === "invalid_request") return null;
    throw error;
  }
}

const SPELLINGS: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name.toUpperCase(),
  (name) => name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
  (name) => name.replaceAll("_", "-"),
  (name) => `${name} `,
  (name) => `${name.slice(0, 2)}\u200b${name.slice(2)}`,
  (name) =>
    [...name]
      .map((letter) => (/[a-z]/.test(letter) ? String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0) : letter))
      .join(""),
  (name) => `${name}.order`,
  (name) => `extra_body.${name}`,
  (name) => `x-${name}`,
  (name) => `${name}[0]`,
];
const spelt = (names: readonly string[]) =>
  fc.tuple(fc.constantFrom(...names), fc.constantFrom(...SPELLINGS)).map(([name, spell]) => spell(name));
const anything = fc.oneof(
  fc.constantFrom({}, [], "x", 1, true, ["x"], { order: ["x"] }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** A value in its own form, or in one that some reader may still understand. */
const shaped = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.tuple(value, fc.constantFrom("list", "bare", "nested", "by_index", "named")).map(([item, shape]) => {
    if (shape === "bare") return item;
    if (shape === "nested") return [[item]];
    if (shape === "by_index") return { 0: item };
    return shape === "named" ? [{ tool: item }] : [item];
  });
const typed = (types: readonly string[]): fc.Arbitrary<unknown> =>
  fc
    .tuple(fc.constantFrom(...types), fc.constantFrom("type", "Type", "TYPE"), fc.boolean())
    .map(([type, name, isList]) => ({ [name]: isList ? [type] : type }));

const tool = fc.oneof(
  fc.constant({ type: "function", function: { name: "f", parameters: {} } }),
  fc.constantFrom({ type: "Function", function: { name: "f" } }, { google_search: {} }, "web_search"),
  typed(BUILT_IN),
);
const part = fc.oneof(
  fc.constant({ type: "text", text: "x" }),
  fc.constant({ type: "text", text: "x", video_url: { url: "https://a.test/v.mp4" } }),
  typed(FOREIGN),
);
const body = fc
  .record(
    {
      tools: fc.oneof(fc.constantFrom(null, []), shaped(tool)),
      content: fc.oneof(fc.string(), shaped(part)),
      extra: fc.dictionary(fc.oneof({ weight: 3, arbitrary: fc.string({ maxLength: 8 }) }, spelt(BILLED)), anything, {
        maxKeys: 2,
      }),
    },
    { requiredKeys: ["content"] },
  )
  .map(({ tools, content, extra }) => ({
    ...extra,
    model: "m",
    messages: [{ role: "user", content }],
    ...(tools !== undefined && { tools }),
  }));

describe("whatever a request looks like", () => {
  it("nothing that a relay bills without a price leaves, and what leaves is as it came", () => {
    const seen = { refused: 0, passed: 0 };
    const property = fc.property(body, (request) => {
      const out = forwarded(request);
      seen[out ? "passed" : "refused"]++;
      if (!out) return;
      expect(isBilled(out)).toBe(false);
      expect(out).toEqual(JSON.parse(JSON.stringify(request)));
    });
    fc.assert(property, { numRuns: 3_000 });
    expect(seen.passed).toBeGreaterThan(100);
    expect(seen.refused).toBeGreaterThan(100);
  });

  it("each field that a relay bills is refused by itself, however it is spelt", () => {
    for (const name of BILLED) {
      for (const spell of SPELLINGS) {
        const request = { model: "m", messages: [{ role: "user", content: "x" }], [spell(name)]: { order: ["x"] } };
        expect([spell(name), forwarded(request)]).toEqual([spell(name), null]);
      }
    }
  });

  it("a field that nobody bills leaves untouched", () => {
    const unknown = fc.dictionary(fc.stringMatching(/^zz_[a-z_]{1,12}$/), anything, { minKeys: 1, maxKeys: 3 });
    const property = fc.property(unknown, (extra) => {
      const request = { model: "m", messages: [{ role: "user", content: "x" }], ...extra };
      expect(forwarded(request)).toEqual(JSON.parse(JSON.stringify(request)));
    });
    fc.assert(property, { numRuns: 300 });
  });
});
