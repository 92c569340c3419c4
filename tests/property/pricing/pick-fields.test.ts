import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pickFields, type RequestFacts } from "@/lib/pricing";
import { readField } from "@/lib/pricing/fields";

const PLACES = ["a", "a.b", "a.*", "a.*.b", "a.*.b.*.c", "b", "b.*.a", "c.a.b"];
const names = fc.constantFrom("a", "b", "c");
const scalar = fc.oneof(fc.constantFrom("x", "y", 1, "1", true, null), fc.string());
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "medium" },
    scalar,
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(names, tie("tree"), { maxKeys: 3 }),
  ),
}));
const anyBody = fc.dictionary(names, tree, { maxKeys: 3 });

/** The different values at a place, as cards compare them, in the order in which they come. */
function valuesAt(facts: RequestFacts, name: string): unknown[] {
  const shown = readField(facts, { in: "body", name }).map((value) => (typeof value === "object" ? "other" : value));
  return [...new Set(shown)];
}

describe("what is kept of a large request", () => {
  it("gives every price the values that the whole request gives it", () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const picked = { body: {}, headers: {}, values: pickFields(body, PLACES) };
        for (const name of PLACES) {
          expect([name, valuesAt(picked, name)]).toEqual([name, valuesAt({ body, headers: {} }, name)]);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("never says that a field is absent that was not looked for", () => {
    const facts = { body: {}, headers: {}, values: pickFields({ a: 1, b: 2 }, ["a"]) };
    expect(() => readField(facts, { in: "body", name: "b" })).toThrow("Prices changed");
  });

  it("is small however large the request is, and refused where a field has more values than any request has", () => {
    const part = (type: string) => ({ type, text: "x".repeat(1_000) });
    const body = {
      messages: [{ content: Array.from({ length: 20_000 }, (_, at) => part(at % 2 ? "text" : "refusal")) }],
    };
    const picked = pickFields(body, ["messages.*.content.*.type"]);
    expect(JSON.stringify(picked).length).toBeLessThan(200);
    const odd = { messages: [{ content: Array.from({ length: 300 }, (_, at) => part(`t${at}`)) }] };
    expect(() => pickFields(odd, ["messages.*.content.*.type"])).toThrow("'messages.content.type' has more than 256");
  });
});
