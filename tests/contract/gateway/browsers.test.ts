import { describe, expect, it } from "vitest";
import { aGateway } from "../../support/a-gateway";

const gateway = aGateway();
const ORIGIN = "https://chat.example";
const BODY = JSON.stringify({ model: "gpt-4", messages: [{ role: "user", content: "Hi" }], max_tokens: 5 });

const call = (path: string, init: RequestInit = {}) => fetch(gateway.url() + path, init);
const preflight = (path: string, asked: string) =>
  call(path, {
    method: "OPTIONS",
    headers: { origin: ORIGIN, "access-control-request-method": "POST", "access-control-request-headers": asked },
  });

describe("a page of another origin", () => {
  it.each(["/v1/chat/completions", "/v1/models", "/v1/models/gpt-4"])(
    "may ask %s, with any header of its own",
    async (path) => {
      const reply = await preflight(path, "authorization, X-Stainless-Lang");
      expect(reply.status).toBe(204);
      expect(reply.headers.get("access-control-allow-origin")).toBe("*");
      expect(reply.headers.get("access-control-allow-headers")).toBe("authorization, x-stainless-lang");
      expect(reply.headers.get("access-control-allow-credentials")).toBeNull();
      expect(Number(reply.headers.get("access-control-max-age"))).toBeGreaterThan(0);
    },
  );

  it("is answered nothing for a header that is no name", async () => {
    const reply = await preflight("/v1/models", "x-fine, not a name");
    expect(reply.headers.get("access-control-allow-headers")).toBe("authorization, x-fine");
  });

  it.each([true, false])("reads a reply with its request id and what it cost (streamed: %s)", async (stream) => {
    const { secret } = await gateway.caller();
    const reply = await call("/v1/chat/completions", {
      method: "POST",
      headers: { origin: ORIGIN, authorization: `Bearer ${secret}` },
      body: JSON.stringify({ ...(JSON.parse(BODY) as object), stream }),
    });
    await reply.text();
    expect([reply.status, reply.headers.get("access-control-allow-origin")]).toEqual([200, "*"]);
    expect(reply.headers.get("access-control-expose-headers")).toContain("x-request-id");
  });

  it("reads why it was refused", async () => {
    const reply = await call("/v1/models", { headers: { origin: ORIGIN, authorization: "Bearer wrong" } });
    expect([reply.status, reply.headers.get("access-control-allow-origin")]).toEqual([401, "*"]);
  });

  it("reads the hint that its base URL is wrong, though it asks before it sends", async () => {
    expect((await preflight("/chat/completions", "authorization")).status).toBe(204);
    const reply = await call("/chat/completions", { method: "POST", headers: { origin: ORIGIN }, body: BODY });
    expect([reply.status, reply.headers.get("access-control-allow-origin")]).toEqual([404, "*"]);
    expect(await reply.text()).toContain("base URL");
  });

  it("reads nothing of metrics or health, and nobody without an origin is told of origins", async () => {
    for (const path of ["/healthz", "/metrics"]) {
      const { headers } = await call(path, { headers: { origin: ORIGIN } });
      expect(headers.get("access-control-allow-origin")).toBeNull();
    }
    expect((await call("/v1/models")).headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("methods", () => {
  it.each([
    ["/healthz", 200],
    ["/readyz", 200],
    ["/v1/models", 401],
    ["/nowhere", 404],
  ])("HEAD %s is answered as GET, without a body", async (path, status) => {
    const reply = await call(path, { method: "HEAD" });
    expect([reply.status, await reply.text()]).toEqual([status, ""]);
  });

  it.each([
    ["/v1/chat/completions", "POST, OPTIONS"],
    ["/v1/models", "GET, HEAD, OPTIONS"],
    ["/healthz", "GET, HEAD, OPTIONS"],
  ])("OPTIONS %s names what may be sent", async (path, allowed) => {
    const reply = await call(path, { method: "OPTIONS" });
    expect([reply.status, reply.headers.get("allow")]).toEqual([204, allowed]);
  });

  it("OPTIONS of a path that isn't there is 404", async () => {
    expect((await call("/v1/nowhere", { method: "OPTIONS" })).status).toBe(404);
  });
});
