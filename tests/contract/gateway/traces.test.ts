import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aGateway } from "../../support/a-gateway";
import { until } from "../../support/until";

type Sent = {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  status: { code: number };
};
type Body = { resourceSpans: { scopeSpans: { spans: Sent[] }[] }[] };

const spans: Sent[] = [];
let sent = "";
let collector: Server;
beforeAll(async () => {
  collector = createServer((request, response) => {
    void text(request).then((body) => {
      sent += body;
      const { resourceSpans } = JSON.parse(body) as Body;
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
});
afterAll(() => new Promise((resolve) => collector.close(resolve)));

const SUPPLIER_KEY = "sk-sandbox-openai-500usd";
const gateway = aGateway({
  keys: ["sk-nobody-issued-this-one", SUPPLIER_KEY],
  collector: () => `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
});

const attributesOf = ({ attributes }: Sent): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
const named = (name: string): Sent[] => spans.filter((span) => span.name === name);

describe("a gateway with a collector", () => {
  it("sends a span for a request, in its caller's trace, with one for each try; and no text and no secret", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const caller = await gateway.caller();
    const ask = {
      model: "gpt-4",
      messages: [{ role: "user", content: "Reply with 5 tokens. CANARY" }],
      max_tokens: 20,
    };
    let answer;
    // Which key is tried first is left to chance.
    for (let tries = 0; tries < 20 && named("attempt").length < 2; tries++) {
      answer = await gateway.post(caller.secret, ask, { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
      expect(answer.status).toBe(200);
      const id = answer.headers.get("x-request-id");
      const isThere = () =>
        named("POST /v1/chat/completions").some((span) => attributesOf(span)["scrip.request_id"] === id);
      await until(isThere, "the request is traced", 15_000);
    }
    const [request] = named("POST /v1/chat/completions");
    if (!request) throw new Error("nothing was traced");
    expect([request.traceId, request.parentSpanId]).toEqual([traceId, "b7ad6b7169203331"]);
    expect(attributesOf(request)).toMatchObject({ "http.response.status_code": 200, "gen_ai.request.model": "gpt-4" });
    const tries = named("attempt").filter(({ parentSpanId }) => parentSpanId === request.spanId);
    expect(tries.map((span) => attributesOf(span)["scrip.outcome"]).at(-1)).toBe("ok");
    expect(named("attempt").map((span) => attributesOf(span)["scrip.outcome"])).toContain("invalid_key");
    for (const secret of [caller.secret, SUPPLIER_KEY, "CANARY"]) expect(sent).not.toContain(secret);
  });

  it("sends what is left when it stops", async () => {
    const caller = await gateway.caller();
    const answer = await gateway.post(caller.secret, { model: "gpt-0", messages: [] });
    const id = answer.headers.get("x-request-id");
    await gateway.gateway().stop();
    expect(spans.map((span) => attributesOf(span)["scrip.request_id"])).toContain(id);
  });
});

describe("a gateway whose collector doesn't answer", () => {
  const silent = createServer(() => undefined);
  beforeAll(() => new Promise<void>((resolve) => void silent.listen(0, "127.0.0.1", resolve)));
  afterAll(() => {
    silent.closeAllConnections();
    silent.close();
  });
  const lonely = aGateway({ collector: () => `http://127.0.0.1:${(silent.address() as AddressInfo).port}` });

  it("serves, and stops without waiting for it for long", async () => {
    const caller = await lonely.caller();
    const ask = { model: "gpt-4", messages: [{ role: "user", content: "Reply with 5 tokens." }], max_tokens: 20 };
    expect((await lonely.post(caller.secret, ask)).status).toBe(200);
    const beganMs = performance.now();
    await lonely.gateway().stop();
    // The exporter's own patience is ten seconds.
    expect(performance.now() - beganMs).toBeLessThan(7_000);
  });
});
