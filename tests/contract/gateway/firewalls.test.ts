import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { aGateway } from "../../support/a-gateway";
import { aSupplier, sendJson, usageOf } from "../../support/a-supplier";

const supplier = aSupplier();
const gateway = aGateway({ supplier: supplier.url });
const MARKED = "DROP TABLE students";
const ask = (content: string) => ({ model: "gpt-4", messages: [{ role: "user", content }] });

/** A supplier behind something that answers one prompt so, and every other well. */
const playBehind = (refuse: (response: ServerResponse) => void): void =>
  supplier.play((response, body) => {
    if (JSON.stringify(body).includes(MARKED)) return refuse(response);
    const choices = [{ index: 0, message: { role: "assistant", content: "Fine" }, finish_reason: "stop" }];
    sendJson(response, 200, { object: "chat.completion", choices, usage: usageOf(10, 5) });
  });
const page =
  (status: number) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, { "content-type": "text/html" }).end("<html><body>Blocked</body></html>");
const apiError =
  (status: number, message: string) =>
  (response: ServerResponse): void =>
    sendJson(response, status, { error: { message, type: "forbidden", code: null } });

describe("one account's prompt that is refused takes the model from nobody", () => {
  it.each([
    ["a firewall's page", page(403)],
    ["a page of a bad request", page(400)],
    ["a page of a path that isn't there", page(404)],
    ["a proxy's method page", page(405)],
    ["an API's words about the input", apiError(403, "Your request was blocked.")],
    ["an API's words about a feature", apiError(400, "Tool use with this model is not available in JSON mode.")],
    ["an API's words about the model", apiError(404, "The model gpt-4 does not exist.")],
  ])("%s", async (_what, refuse) => {
    const [one, another] = [await gateway.caller(), await gateway.caller()];
    await gateway.freshKeys(3);
    playBehind(refuse);
    expect((await gateway.post(one.secret, ask(MARKED))).status).toBeGreaterThanOrEqual(400);
    expect((await gateway.post(another.secret, ask("Hello"))).status).toBe(200);
    expect(await gateway.spent(one)).toBe(0n);
  });
});

describe("a model that keys can't use", () => {
  it("is avoided on them once two accounts were told so", async () => {
    const [one, another] = [await gateway.caller(), await gateway.caller()];
    await gateway.freshKeys(1);
    let calls = 0;
    supplier.play((response) => {
      calls += 1;
      apiError(404, "The model gpt-4 does not exist.")(response);
    });
    for (const { secret } of [one, another]) await gateway.post(secret, ask("Hello"));
    expect(calls).toBe(2);
    expect((await gateway.post(one.secret, ask("Hello"))).status).toBe(503);
    expect(calls).toBe(2);
  });
});
