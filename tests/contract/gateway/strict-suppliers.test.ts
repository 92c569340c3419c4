import { describe, expect, it } from "vitest";
import { aGateway } from "../../support/a-gateway";
import { aSupplier, beginStream, FINISHED, reporting, saying, sendJson } from "../../support/a-supplier";

const supplier = aSupplier();
const gateway = aGateway({ supplier: supplier.url });
const ask = (more: object = {}) => ({
  model: "gpt-4",
  messages: [{ role: "user", content: "Hi" }],
  stream: true,
  ...more,
});

/** Refuses streams that ask for their usage, and serves the others without any. */
function playStrict(status: number, refusal: object): { asked: () => boolean[] } {
  const asked: boolean[] = [];
  supplier.play((response, body) => {
    asked.push("stream_options" in body);
    if ("stream_options" in body) return sendJson(response, status, refusal);
    beginStream(response);
    response.end(`${saying("Hello from a strict one")}${FINISHED}data: [DONE]\n\n`);
  });
  return { asked: () => asked };
}
const EXTRA = { detail: [{ type: "extra_forbidden", loc: ["body", "stream_options"], msg: "Not permitted" }] };
const UNKNOWN = { error: { message: "Unrecognized request argument: stream_options", type: "invalid_request_error" } };

// In this order: what a supplier refuses is remembered.
describe("a supplier that refuses to be asked for usage", () => {
  it("serves a caller who didn't ask, in one attempt, counted here, and isn't asked again", async () => {
    const caller = await gateway.caller();
    const { asked } = playStrict(422, EXTRA);
    for (let n = 0; n < 2; n++) {
      const answer = await gateway.post(caller.secret, ask());
      expect([answer.status, answer.text.includes("strict one"), answer.text.includes('"usage"')]).toEqual([
        200,
        true,
        false,
      ]);
    }
    expect(asked()).toEqual([true, false, false]);
    expect(await gateway.spent(caller)).toBeGreaterThan(0n);
    expect(await gateway.records(caller)).toMatchObject([
      { isEstimated: true, attempts: [{}] },
      { isEstimated: true, attempts: [{}] },
    ]);
  });

  it("serves a caller who did, with the usage that was counted", async () => {
    const caller = await gateway.caller();
    const { asked } = playStrict(422, EXTRA);
    const answer = await gateway.post(caller.secret, ask({ stream_options: { include_usage: true } }));
    expect([answer.status, asked()]).toEqual([200, [false]]);
    expect(answer.text).toMatch(/"usage":\{"prompt_tokens":[1-9]\d*,"completion_tokens":[1-9]/);
    expect(await gateway.spent(caller)).toBeGreaterThan(0n);
  });
});

describe("one that refuses by its message", () => {
  const other = aGateway({ supplier: supplier.url });
  it("is understood, too, and one that reports nevertheless is believed", async () => {
    const caller = await other.caller();
    const { asked } = playStrict(400, UNKNOWN);
    expect((await other.post(caller.secret, ask())).status).toBe(200);
    expect(asked()).toEqual([true, false]);
    supplier.play((response) => {
      beginStream(response);
      response.end(saying("Hello") + FINISHED + reporting(1_000, 500));
    });
    await other.post(caller.secret, ask());
    expect((await other.records(caller))[0]).toMatchObject({ isEstimated: false });
  });
});
