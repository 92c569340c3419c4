import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiKeyInput, createApiKey } from "@/lib/auth";
import { systemCtx } from "@/lib/ctx";
import { WEB_PORT_HEADER } from "@/lib/http";
import { openLog } from "@/lib/log";
import { headersToSupplier } from "@/lib/providers";
import { nowMs } from "@/lib/time";
import { startWeb, type WebServer } from "../../../workers/web/start-web";
import { aGateway, CREDIT, readText } from "../../support/a-gateway";
import { askOverOneConnection, OFFERS } from "../../support/upgrade-offer";

const SECRET = "what the web port of this test proves itself by";
const gateway = aGateway({ webPortSecret: SECRET });

/** A web port behind these proxies, with the secret that it was started with. */
const startPort = (trustedProxies: string[], webPortSecret: string): Promise<WebServer> =>
  startWeb({
    port: 0,
    host: "127.0.0.1",
    appUrl: "http://127.0.0.1:3000",
    gatewayOrigin: gateway.url(),
    webPortSecret,
    trustedProxies,
    log: openLog("web"),
    serveApp: (_request, response) => response.writeHead(404).end(),
  });

let web: WebServer;
beforeAll(async () => {
  web = await startPort([], SECRET);
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

  it("breaks a stream off where the supplier does, behind the event that tells so", async () => {
    const caller = await gateway.caller();
    await gateway.sandbox.controls().next({ cut_after: 20 });
    const answer = await fetch(`${web.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${caller.secret}` },
      body: JSON.stringify({ ...ask, stream: true }),
    });
    const { text, isCut } = await readText(answer);
    expect([answer.status, isCut]).toEqual([200, true]);
    expect(text).toMatch(/"code":"upstream_error"[^]*\n\n$/);
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

describe("a refusal that comes before its request is whole", () => {
  const authorization = "Bearer sk-nobody";
  const { hostname, port } = { hostname: "127.0.0.1", port: () => new URL(web.url).port };

  it("passes at once, with nothing of the body sent", async () => {
    const headers = { authorization, "content-length": 20 * 1024 * 1024 };
    const refused = await new Promise<[number | undefined, string | undefined]>((resolve, reject) => {
      const call = request(
        { hostname, port: port(), method: "POST", path: "/v1/chat/completions", headers },
        (reply) => {
          resolve([reply.statusCode, reply.headers.connection]);
          call.destroy();
        },
      );
      call.on("error", reject);
      call.flushHeaders();
    });
    expect(refused).toEqual([401, "close"]);
  });

  it("reaches a client that sends its whole body before it reads", async () => {
    const body = Buffer.alloc(10 * 1024 * 1024, "x");
    const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-length: ${body.length}\r\n\r\n`;
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port()), hostname, () => {
        socket.pause();
        socket.write(head);
        socket.write(body, () => {
          socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
          socket.resume();
        });
      });
      let text = "";
      socket.on("error", reject);
      socket.on("close", () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).toContain('"code":"invalid_api_key"');
  });
});

describe("the address that a key is restricted to", () => {
  const ELSEWHERE = "203.0.113.9";
  let behindProxy: WebServer;
  let otherSecret: WebServer;
  let restricted: string;
  beforeAll(async () => {
    behindProxy = await startPort(["127.0.0.1"], SECRET);
    otherSecret = await startPort(["127.0.0.1"], "what another web port proves itself by");
    const { userId } = await gateway.caller();
    const key = ApiKeyInput.parse({ name: "restricted", ips: [ELSEWHERE] });
    const made = await gateway
      .database()
      .inTransaction((tx) => createApiKey(tx, systemCtx("test", nowMs()), { userId, key, mayGiveAdmin: false }));
    restricted = made.secret;
  });
  afterAll(() => Promise.all([behindProxy?.stop(), otherSecret?.stop()]));

  const codeAt = async (url: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}/v1/credits`, {
      headers: { authorization: `Bearer ${restricted}`, "x-forwarded-for": ELSEWHERE, ...headers },
    });
    const { error } = (await response.json()) as { error?: { code: string } };
    return error?.code ?? "ok";
  };

  it("is what the web port believes, and what the gateway sees itself", async () => {
    expect(await codeAt(behindProxy.url)).toBe("ok");
    // Nobody that this port trusts says so.
    expect(await codeAt(web.url)).toBe("ip_not_allowed");
    expect(await codeAt(gateway.url())).toBe("ip_not_allowed");
  });

  it("is nobody's to name without the secret, on either port", async () => {
    expect(await codeAt(otherSecret.url)).toBe("ip_not_allowed");
    for (const url of [web.url, gateway.url()]) {
      for (const guess of ["", "guess", `${SECRET.slice(0, -1)}?`]) {
        expect(await codeAt(url, { [WEB_PORT_HEADER]: guess })).toBe("ip_not_allowed");
      }
    }
  });

  it("comes with a proof that no supplier sees, even where a card prices its header", async () => {
    const caller = await gateway.caller();
    await gateway.client(caller, web.url).chat.completions.create(ask);
    const arrived = (await gateway.sandbox.controls().log()).flatMap(({ headers }) => headers);
    expect(arrived).toContain("content-type");
    expect(arrived).not.toContain(WEB_PORT_HEADER);
    expect(headersToSupplier({ [WEB_PORT_HEADER]: SECRET }, [{ name: WEB_PORT_HEADER, value: SECRET }])).toEqual({});
  });
});

describe("the metrics", () => {
  it("are shown on this machine alone: not through a proxy on it, nor on any path of the web port", async () => {
    const statusOf = async (url: string, headers = {}) => (await fetch(url, { headers })).status;
    expect(await statusOf(`${gateway.url()}/metrics`)).toBe(200);
    expect(await statusOf(`${gateway.url()}/metrics`, { "x-forwarded-for": "203.0.113.9" })).toBe(403);
    const paths = ["/metrics", "/v1/../metrics", "/v1/%2e%2e/metrics", "/v1//metrics", "//metrics", "/v1/metrics"];
    const through = await Promise.all(
      paths.map(async (path) => (await askOverOneConnection(web.url, [{ path }]))[0]?.status),
    );
    expect(through).toEqual(paths.map(() => 404));
  });
});

describe("an offer to upgrade", () => {
  it.each(Object.entries(OFFERS))(
    "(%s) is answered as without it on both ports, and reaches no supplier",
    async (_, offer) => {
      const caller = await gateway.caller();
      const body = JSON.stringify(ask);
      const headers = [
        `Authorization: Bearer ${caller.secret}`,
        "Content-Type: application/json",
        "User-Agent: a client",
      ];
      const plain = { method: "POST", path: "/v1/chat/completions", headers, body } as const;
      const offering = { ...plain, headers: [...headers, ...offer, "Connection: user-agent"] };
      for (const url of [web.url, gateway.url()]) {
        const seen = (await gateway.sandbox.controls().log()).length;
        const replies = await askOverOneConnection(url, [plain, offering, offering]);
        expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
        const [without, ...arrived] = (await gateway.sandbox.controls().log()).slice(seen);
        expect(without?.headers).toContain("user-agent");
        expect(arrived).toHaveLength(2);
        for (const name of ["upgrade", "http2-settings", "user-agent"]) {
          expect(arrived.flatMap((request) => request.headers)).not.toContain(name);
        }
      }
    },
  );
});
