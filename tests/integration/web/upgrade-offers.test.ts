import { createServer, type RequestListener, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { openLog } from "@/lib/log";
import { serveHealth } from "@/workers/jobs/health";
import { startSandbox } from "@/workers/sandbox/server";
import { startWeb } from "@/workers/web/start-web";
import { askOverOneConnection, OFFERS } from "@/tests/support/upgrade-offer";

const open: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

/** As Next does: it listens for upgrades at the server of the first request that it serves, and answers none. */
const serveLikeNext: RequestListener = (request, response) => {
  const { server } = request.socket as typeof request.socket & { server: Server };
  if (server.listenerCount("upgrade") === 0) server.on("upgrade", () => undefined);
  let body = "";
  request.on("data", (chunk: Buffer) => (body += chunk.toString()));
  request.on("end", () => response.end(`${request.method} ${request.url} ${body}`));
};

async function aGatewayThatShowsHeaders(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.end(JSON.stringify(request.headers)));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function aWebPort(more: Partial<Parameters<typeof startWeb>[0]> = {}): Promise<string> {
  const web = await startWeb({
    port: 0,
    host: "127.0.0.1",
    appUrl: "http://127.0.0.1:3000",
    gatewayOrigin: await aGatewayThatShowsHeaders(),
    trustedProxies: [],
    log: openLog("web"),
    serveApp: serveLikeNext,
    ...more,
  });
  open.push(() => web.stop());
  return web.url;
}

describe.each(Object.entries(OFFERS))("an offer to upgrade (%s)", (_, headers) => {
  test.each(["/sign-in", "/api/v1/packs", "/v1/models"])(
    "at %s of the web port is answered as without it",
    async (path) => {
      const url = await aWebPort();
      const plain = { path };
      const replies = await askOverOneConnection(url, [plain, { path, headers }, { path, headers }, plain]);
      expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    },
  );

  test.each(["/sign-in", "/api/v1/keys", "/v1/chat/completions"])(
    "with a body to %s is answered whole",
    async (path) => {
      const url = await aWebPort();
      const posted = { method: "POST", path, headers, body: '{"a":1}' } as const;
      const replies = await askOverOneConnection(url, [{ path: "/sign-in" }, posted, posted, { path: "/sign-in" }]);
      expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      if (!path.startsWith("/v1/")) expect(replies[1]?.text).toContain(`POST ${path} {"a":1}`);
    },
  );

  test("at the jobs' health and at the sandbox is answered as without it", async () => {
    const health = await serveHealth([], { port: 0, host: "127.0.0.1", token: null });
    const sandbox = await startSandbox({ port: 0 });
    open.push(
      () => health.close(),
      () => sandbox.stop(),
    );
    for (const url of [health.url, sandbox.url]) {
      const replies = await askOverOneConnection(url, [{ path: "/healthz", headers }, { path: "/healthz" }]);
      expect(replies[0]?.status).toBe(replies[1]?.status);
      expect(replies).toHaveLength(2);
    }
  });

  test("in development is taken for the app's own sockets, and answered as without it elsewhere", async () => {
    const taken: (string | undefined)[] = [];
    const url = await aWebPort({
      upgradeApp: (request, socket) => {
        taken.push(request.url);
        socket.end("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
      },
    });
    const posted = { method: "POST", path: "/v1/chat/completions", headers, body: '{"a":1}' } as const;
    const replies = await askOverOneConnection(url, [
      { path: "/sign-in", headers },
      posted,
      { path: "/_next/hmr", headers },
    ]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 400]);
    expect(taken).toEqual(["/_next/hmr"]);
  });
});

test("what belongs to one connection, by name or because `connection` names it, isn't passed on to the gateway", async () => {
  const url = await aWebPort();
  const headers = [
    ...(OFFERS["h2c, as Java's client offers it"] ?? []),
    "Connection: X-Hop, user-agent, keep-alive",
    "X-Hop: 1",
    "User-Agent: a client",
    "Keep-Alive: timeout=9",
    "TE: trailers",
    "X-End: 1",
  ];
  const [reply] = await askOverOneConnection(url, [{ path: "/v1/models", headers }]);
  const seen = Object.keys(JSON.parse(reply?.text.split("\r\n\r\n")[1] ?? "{}") as object);
  expect(seen).toContain("x-end");
  for (const name of ["upgrade", "http2-settings", "x-hop", "user-agent", "keep-alive", "te"]) {
    expect(seen).not.toContain(name);
  }
});
