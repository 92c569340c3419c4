import { describe, expect, it } from "vitest";
import { aGateway, CREDIT } from "../../support/a-gateway";
import { aSupplier, sendJson, usageOf } from "../../support/a-supplier";

const supplier = aSupplier();
const gateway = aGateway({ supplier: supplier.url });
const ask = (more: object = {}) => ({ model: "gpt-4", messages: [{ role: "user", content: "Hi" }], ...more });

/** Keys that don't serve at the moment. */
async function keysOut(): Promise<number> {
  const { rows } = await gateway
    .database()
    .pool.query<{ out: number }>(
      "select count(*)::int as out from pool_key where state <> 'active' or cooling_until > now()",
    );
  return rows[0]?.out ?? -1;
}

const REFUSED = { message: "The context is too long.", type: "invalid_request_error", code: "context_length_exceeded" };

describe("a good status with JSON that is no reply", () => {
  it.each([true, false])(
    "gives the caller an error that is its own, and holds nothing against the key (streamed: %s)",
    async (stream) => {
      const caller = await gateway.caller();
      for (const code of [400, "context_length_exceeded"]) {
        supplier.play((response) => sendJson(response, 200, { error: { ...REFUSED, code } }));
        const answer = await gateway.post(caller.secret, ask({ stream }));
        expect([answer.status, answer.json.error?.["message"]]).toEqual([400, REFUSED.message]);
      }
      expect(await keysOut()).toBe(0);
      expect(await gateway.spent(caller)).toBe(0n);
    },
  );

  it.each([true, false])("is a fault, not a reason to let the key rest for minutes (streamed: %s)", async (stream) => {
    const caller = await gateway.caller();
    supplier.play((response) => sendJson(response, 200, { object: "something else" }));
    expect((await gateway.post(caller.secret, ask({ stream }))).status).toBe(502);
    expect(await keysOut()).toBe(0);
    expect(await gateway.spent(caller)).toBe(0n);
  });

  it("is charged where it reports output without a choice, such as an exhausted budget for reasoning", async () => {
    const caller = await gateway.caller();
    supplier.play((response) => sendJson(response, 200, { object: "chat.completion", usage: usageOf(1_000, 500) }));
    expect((await gateway.post(caller.secret, ask())).status).toBe(200);
    expect(await keysOut()).toBe(0);
    expect(await gateway.spent(caller)).toBe(8n * CREDIT);
  });
});

describe("a good status with something else than JSON", () => {
  it.each([true, false])("lets the key rest (streamed: %s)", async (stream) => {
    const caller = await gateway.caller();
    await gateway.freshKeys(1);
    supplier.play((response) => void response.writeHead(200, { "content-type": "text/html" }).end("<h1>Log in</h1>"));
    expect((await gateway.post(caller.secret, ask({ stream }))).status).toBe(502);
    await expect.poll(keysOut).toBe(1);
  });
});
