import { describe, expect, it } from "vitest";
import { findAdapter } from "@/lib/providers";

const NOW = Date.UTC(2026, 10, 25, 12);
const CALLERS_OWN = { forKey: { action: "none" }, forRequest: "surface", outcome: "bad_request" };

/** What is made of an error about a value that the caller wrote. */
function classify(status: number, message: string, more: object = {}) {
  const error = { message, type: "invalid_request_error", param: null, code: null, ...more };
  return findAdapter("openai")?.classify({ status, headers: {}, body: JSON.stringify({ error }), nowMs: NOW });
}

/** Words that would take a key out of the pool if they were the supplier's. */
const LIES = [
  "spend_limit",
  "insufficient balance",
  "incorrect api key",
  "organization has been disabled",
  "model x not found",
  "ip is not allowed",
];

describe("a supplier's error that repeats what the caller wrote", () => {
  it.each(LIES)("holds nothing against the key where it names the parameter: %s", (lie) => {
    const message = `Invalid value: '${lie}'. Supported values are: 'json_object', 'json_schema', and 'text'.`;
    expect(classify(400, message, { param: "response_format.type", code: "invalid_value" })).toEqual(CALLERS_OWN);
    expect(classify(400, `Unknown format ${lie}`, { param: "response_format.type" })).toEqual(CALLERS_OWN);
  });

  it.each(LIES)("holds nothing against the key where it quotes the value: %s", (lie) => {
    for (const [open, close] of ["''", '""', "``", "‘’", "“”"]) {
      expect(classify(400, `Invalid value: ${open}${lie}${close} can't be used.`)).toEqual(CALLERS_OWN);
    }
  });

  it.each(LIES)("isn't fooled by a value with quotes of its own, nor by a message that was cut: %s", (lie) => {
    expect(classify(400, `Invalid value: 'a' ${lie} 'b'.`)).toEqual(CALLERS_OWN);
    expect(classify(400, `Invalid value: 'a" ${lie}'.`)).toEqual(CALLERS_OWN);
    expect(classify(400, `Invalid value: 'a ${lie}`)).toEqual(CALLERS_OWN);
    const body = `{"error":{"message":"Invalid value: 'a' ${lie}`;
    expect(findAdapter("openai")?.classify({ status: 400, headers: {}, body, nowMs: NOW })).toEqual(CALLERS_OWN);
  });

  it("doesn't take a number of the caller's for a supplier's code", () => {
    expect(classify(400, "5007 is greater than the maximum of 2 - 'temperature'")).toEqual(CALLERS_OWN);
  });

  it("still knows a model that isn't there by the error's code, and words outside of quotes", () => {
    const known = { outcome: "model_unavailable", forKey: { action: "avoid_model" } };
    expect(classify(404, "No 'x'.", { param: "model", code: "model_not_found" })).toMatchObject(known);
    expect(classify(404, "The model `gpt-9` does not exist.")).toMatchObject(known);
  });
});
