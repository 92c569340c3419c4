import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLog } from "@/lib/log";
import { startWeb, type WebServer } from "../../../workers/web/start-web";
import { aGateway, CREDIT } from "../../support/a-gateway";

const gateway = aGateway();
let web: WebServer;
beforeAll(async () => {
  web = await startWeb({
    port: 0,
    host: "127.0.0.1",
    appUrl: "http://127.0.0.1:3000",
    gatewayOrigin: gateway.url(),
    trustedProxies: [],
    log: openLog("web"),
    serveApp: (_request, response) => response.writeHead(404).end(),
  });
});
afterAll(() => web?.stop());

const ask = {
  model: "gpt-4",
  messages: [{ role: "user" as const, content: "Reply with 100 tokens." }],
  max_tokens: 200,
};

describe("the web port in front of the gateway", () => {
  it("serves the official client, whole and streaming, with the same charge", async () => {
    const caller = await gateway.caller();
    const client = gateway.client(caller, web.url);
    const whole = await client.chat.completions.create(ask);
    expect(whole.usage).toMatchObject({ completion_tokens: 100, credits: 1 });
    const stream = await client.chat.completions.create({
      ...ask,
      stream: true,
      stream_options: { include_usage: true },
    });
    const usages: unknown[] = [];
    for await (const chunk of stream) if (chunk.usage) usages.push(chunk.usage);
    expect(usages).toEqual([expect.objectContaining({ completion_tokens: 100, credits: 1 })]);
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(["gpt-4"]);
    expect(await gateway.spent(caller)).toBe(2n * CREDIT);
  });

  it("passes tools and refusals on as they are", async () => {
    const caller = await gateway.caller();
    const client = gateway.client(caller, web.url);
    const tools = [
      { type: "function" as const, function: { name: "look", parameters: { type: "object", properties: {} } } },
    ];
    const called = await client.chat.completions.create({ ...ask, tools });
    expect(called.choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { name: "look" } });
    await expect(client.chat.completions.create({ ...ask, model: "gpt-0" })).rejects.toMatchObject({
      status: 404,
      code: "model_not_found",
    });
    await expect(client.withOptions({ apiKey: "sk-no" }).chat.completions.create(ask)).rejects.toMatchObject({
      status: 401,
      code: "invalid_api_key",
    });
  });
});
