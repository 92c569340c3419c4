import { once } from "node:events";
import { createServer, request as send, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { openLog } from "@/lib/log";
import { startWeb, type WebServer } from "@/workers/web/start-web";

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop()));
});

async function upstream(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push({
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

async function web(gatewayOrigin: string, trustedProxies: string[] = []): Promise<WebServer> {
  const server = await startWeb({
    port: 0,
    host: "127.0.0.1",
    appUrl: "http://127.0.0.1:3000",
    gatewayOrigin,
    trustedProxies,
    log: openLog("web-test"),
    serveApp: (request, response) => response.end(JSON.stringify({ url: request.url, headers: request.headers })),
  });
  open.push(server);
  return server;
}

/** A request whose reply is read as it comes. */
async function ask(url: string, options: { method?: string; headers?: Record<string, string>; body?: string } = {}) {
  const outgoing = send(url, { method: options.method ?? "GET", headers: options.headers ?? {} });
  outgoing.end(options.body);
  const [reply] = (await once(outgoing, "response")) as [IncomingMessage];
  return { outgoing, reply };
}

async function text(reply: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of reply) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

describe("the web port", () => {
  test("refuses headers that are too large with JSON that says not to try again", async () => {
    const { url } = await web("http://127.0.0.1:1");
    const { reply } = await ask(url, { headers: { "x-long": "a".repeat(70_000) } });
    expect(reply).toMatchObject({ statusCode: 431, headers: { "x-should-retry": "false", connection: "close" } });
    expect(JSON.parse(await text(reply))).toMatchObject({ error: { code: "request_too_large" } });
  });

  test.each([
    "/v1/models",
    "/v1",
    "/v1?x=1",
    "/v1beta/models/x:generateContent",
    "/kling/v1",
    "/runwayml/v1",
    "/pika/v2",
  ])("passes %s on to the gateway", async (path) => {
    const gateway = await upstream((request, response) => response.end(`gateway ${request.url}`));
    const { url } = await web(gateway.url);
    expect(await text((await ask(url + path)).reply)).toBe(`gateway ${path}`);
  });

  test.each(["/", "/api/v1/keys", "/v10/models", "/pikachu"])("leaves %s to the app", async (path) => {
    const { url } = await web("http://127.0.0.1:1");
    expect(JSON.parse(await text((await ask(url + path)).reply))).toMatchObject({ url: path });
  });

  test("hands on method, body, status and headers, but none of one connection's", async () => {
    const gateway = await upstream(async (request, response) => {
      const body = await text(request);
      response.writeHead(402, "Payment Required", {
        "x-should-retry": "false",
        "keep-alive": "timeout=9",
        "x-odd": "1",
        connection: "x-odd",
      });
      response.end(JSON.stringify({ method: request.method, body, headers: request.headers }));
    });
    const { url } = await web(gateway.url);
    const { reply } = await ask(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: "Bearer k",
        te: "trailers",
        connection: "keep-alive, x-hop",
        "x-hop": "1",
        "x-forwarded-for": "6.6.6.6",
      },
      body: "{}",
    });
    expect([reply.statusCode, reply.statusMessage, reply.headers["x-should-retry"]]).toEqual([
      402,
      "Payment Required",
      "false",
    ]);
    expect(reply.headers["x-odd"]).toBeUndefined();
    const seen = JSON.parse(await text(reply)) as { method: string; body: string; headers: Record<string, string> };
    expect(seen).toMatchObject({
      method: "POST",
      body: "{}",
      headers: { authorization: "Bearer k", "x-forwarded-for": "127.0.0.1" },
    });
    expect(Object.keys(seen.headers)).not.toEqual(expect.arrayContaining(["x-hop"]));
    expect(seen.headers["te"]).toBeUndefined();
  });

  test("streams: the first event arrives while the gateway still writes", async () => {
    let finish = (): void => undefined;
    const gateway = await upstream((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
      finish = () => response.end("data: 2\n\n");
    });
    const { url } = await web(gateway.url);
    const { reply } = await ask(`${url}/v1/chat/completions`, { method: "POST", body: "{}" });
    const [first] = (await once(reply, "data")) as [Buffer];
    expect(first.toString()).toBe("data: 1\n\n");
    finish();
    expect(await text(reply)).toBe("data: 2\n\n");
  });

  test("holds a gateway back that writes faster than the client reads", async () => {
    let written = 0;
    const chunk = Buffer.alloc(1_000_000);
    const gateway = await upstream((_, response) => {
      const write = (): void => {
        for (; written < 400; written++)
          if (!response.write(chunk)) return void response.once("drain", () => (written++, write()));
        response.end();
      };
      write();
    });
    const { url } = await web(gateway.url);
    const { reply } = await ask(`${url}/v1/files`);
    reply.pause();
    // What fits the sockets' and streams' buffers is written; then nothing moves on.
    let before = -1;
    const hasStalled = (): boolean => before === (before = written);
    await expect.poll(hasStalled, { interval: 200, timeout: 10_000 }).toBe(true);
    expect(written).toBeLessThan(100);
    reply.destroy();
  });

  test("ends the gateway's request when the client leaves", async () => {
    let onLeft = (): void => undefined;
    const left = new Promise<void>((resolve) => (onLeft = resolve));
    const gateway = await upstream((_, response) => {
      response.write("data: 1\n\n");
      response.once("close", onLeft);
    });
    const { url } = await web(gateway.url);
    const { outgoing } = await ask(`${url}/v1/chat/completions`);
    outgoing.destroy();
    await expect(left).resolves.toBeUndefined();
  });

  test("breaks the client's reply off where the gateway's breaks off", async () => {
    const gateway = await upstream((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n", () => response.destroy());
    });
    const { url } = await web(gateway.url);
    const { reply } = await ask(`${url}/v1/chat/completions`);
    await expect(text(reply)).rejects.toThrow(/aborted/);
  });

  test("answers 503 in OpenAI's shape, to be tried again, where the gateway is down", async () => {
    const { url } = await web("http://127.0.0.1:1");
    const { reply } = await ask(`${url}/v1/models`);
    expect([reply.statusCode, reply.headers["x-should-retry"], reply.headers["retry-after"]]).toEqual([
      503,
      "true",
      "2",
    ]);
    expect(JSON.parse(await text(reply))).toMatchObject({
      error: { code: "unavailable", type: "api_error", param: null },
    });
  });

  test("answers 503, not to be tried again, where the gateway had the request and broke off", async () => {
    const gateway = await upstream((request) => request.socket.destroy());
    const { url } = await web(gateway.url);
    const { reply } = await ask(`${url}/v1/chat/completions`, { method: "POST", body: "{}" });
    expect([reply.statusCode, reply.headers["x-should-retry"]]).toEqual([503, "false"]);
  });

  test("refuses TRACE, which the app can't be asked with, as a problem", async () => {
    const { url } = await web("http://127.0.0.1:1");
    const { reply } = await ask(`${url}/api/v1/balance`, { method: "TRACE" });
    expect([reply.statusCode, reply.headers["x-should-retry"]]).toEqual([405, "false"]);
    expect(reply.headers["content-type"]).toBe("application/problem+json");
    expect(JSON.parse(await text(reply))).toMatchObject({ status: 405, code: "invalid_request" });
  });

  test("takes 32 KiB of headers, as the gateway does, and no more", async () => {
    const { url } = await web("http://127.0.0.1:1");
    const statusWith = async (length: number) =>
      (await ask(`${url}/x`, { headers: { "x-long": "x".repeat(length) } })).reply.statusCode;
    expect([await statusWith(31_000), await statusWith(33_000)]).toEqual([200, 431]);
  });

  test("ignores a request to upgrade", async () => {
    const gateway = await upstream((request, response) => response.end(String(request.headers.upgrade)));
    const { url } = await web(gateway.url);
    const { reply } = await ask(`${url}/v1/models`, { headers: { connection: "upgrade", upgrade: "websocket" } });
    expect([reply.statusCode, await text(reply)]).toEqual([200, "undefined"]);
  });

  test("passes the client's address to the app and trusts no header of an unauthenticated caller", async () => {
    const claims = { "x-forwarded-for": "6.6.6.6", "x-forwarded-proto": "https", "x-forwarded-host": "evil.example" };
    const seen = async (trusted: string[]) => {
      const { url } = await web("http://127.0.0.1:1", trusted);
      return (JSON.parse(await text((await ask(`${url}/x`, { headers: claims })).reply)) as { headers: object })
        .headers;
    };
    expect(await seen([])).toMatchObject({ "x-forwarded-for": "127.0.0.1" });
    expect(await seen([])).not.toHaveProperty("x-forwarded-host");
    expect(await seen(["127.0.0.1"])).toMatchObject({ "x-forwarded-for": "6.6.6.6", "x-forwarded-proto": "https" });
  });

  test("sends pages asked for by another name of this machine to the app's own", async () => {
    const { url } = await web("http://127.0.0.1:1");
    const page = (host: string) => ask(`${url}/keys?a=1`, { headers: { accept: "text/html", host } });
    const moved = (await page("localhost:3000")).reply;
    expect([moved.statusCode, moved.headers.location]).toEqual([307, "http://127.0.0.1:3000/keys?a=1"]);
    for (const host of ["127.0.0.1:3000", "scrip.example", "localhost:3999"])
      expect((await page(host)).reply.statusCode).toBe(200);
  });
});
