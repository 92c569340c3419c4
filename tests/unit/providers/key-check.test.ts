import { describe, expect, test } from "vitest";
import { findAdapter } from "@/lib/providers";

const checkOf = (provider: string) => {
  const check = findAdapter(provider)?.keyCheck;
  if (!check) throw new Error(`keys of ${provider} can't be checked`);
  return check;
};
const answer = (status: number, error: object) => ({ status, body: JSON.stringify({ error }) });
const bodyOf = (call: { body?: string } | null) => JSON.parse(call?.body ?? "null") as unknown;
const NO_ROOM =
  "Could not finish the message because max_tokens or model output limit was reached. Please try again with higher max_tokens.";

describe("the smallest paid call of a model that reasons", () => {
  test("has run where the model had no room for an answer, and where nothing else was wrong", () => {
    const check = checkOf("openai");
    expect(check.hasRun(answer(400, { message: NO_ROOM, type: "invalid_request_error" }))).toBe(true);
    expect(check.hasRun(answer(400, { message: "Invalid value for 'messages'." }))).toBe(false);
    expect(check.hasRun(answer(429, { message: NO_ROOM }))).toBe(false);
    expect(check.hasRun(answer(401, { message: "Incorrect API key provided" }))).toBe(false);
  });

  test.each([
    ["groq", "max_tokens", "max_completion_tokens"],
    ["openai", "max_completion_tokens", "max_tokens"],
  ])("is asked again of %s with the other field where %s is refused", (provider, refused, other) => {
    const check = checkOf(provider);
    expect(bodyOf(check.pay("sk-x", "a-model"))).toMatchObject({ [refused]: 1 });
    const message = `Unsupported parameter: '${refused}' is not supported with this model. Use '${other}' instead.`;
    const again = check.payOtherwise("sk-x", "a-model", answer(400, { message, param: refused }));
    expect(bodyOf(again)).toEqual({ model: "a-model", messages: [{ role: "user", content: "1" }], [other]: 1 });
  });

  test.each([
    [400, "The model doesn't exist"],
    [401, "Unsupported parameter: 'max_completion_tokens'"],
    [400, "Unsupported parameter: 'messages'"],
  ])("isn't asked again after %i %s", (status, message) => {
    expect(checkOf("openai").payOtherwise("sk-x", "a-model", answer(status, { message }))).toBeNull();
  });
});
