import { describe, expect, it } from "vitest";
import { PROVIDERS } from "@/lib/catalog";
import { findAdapter, headersToCaller, headersToSupplier, resolveBaseUrl, scrubText } from "@/lib/providers";

describe("what crosses between a caller and a supplier", () => {
  it("cuts keys, organisations and accounts out of a supplier's words", () => {
    const secret = "an-unusual-secret-7781";
    const texts = [
      "Incorrect API key provided: sk-proj-abc***wxyz. You can find your API key at https://platform.openai.com/account/api-keys.",
      "Rate limit reached for gpt-4 in organization org-Ab12Cd34Ef56 on tokens per min",
      `Authentication Fails, Your api key: ****7781 is invalid (${secret})`,
      "Your account org-8d7f6a <ak-f9x2> is suspended",
      "bad header Bearer sk-live-0123456789abcdef",
      "key gsk_0123456789abcdefghij and AIzaSyA0123456789abcdefghijklmnopqrstuv",
    ];
    for (const text of texts) {
      const scrubbed = scrubText(text, secret);
      expect(scrubbed).not.toMatch(/sk-[a-z]|7781|org-[A-Z0-9]|ak-f9|gsk_|AIza|platform\.openai/);
      expect(scrubbed.length).toBeGreaterThan(10);
    }
  });

  it("cuts each part of a secret that has several, and ids of organisations and projects as numbers", () => {
    const secret = "acc-0a1b2c:tok-9z8y7x";
    const texts = [
      "No route for acc-0a1b2c.",
      "Bad token tok-9z8y7x.",
      "Organisation 0f9d4c1e-8a7b-4c2d-9e1f-001122334455 is over its limit.",
      "Permission denied on projects/123456789012 (project_987654).",
    ];
    for (const text of texts) expect(scrubText(text, secret)).not.toMatch(/0a1b2c|9z8y7x|0f9d4c1e|123456789012|987654/);
  });

  it("leaves ordinary words of an error as they are", () => {
    const text =
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens (project_id, accounts/me).";
    expect(scrubText(text, "sk-sandbox")).toBe(text);
  });

  it("forwards no credential, cookie, organisation, referer or forwarding header, even when a card names it", () => {
    const headers = {
      "content-type": "application/json",
      authorization: "Bearer sk-scrip-1",
      "x-api-key": "sk-scrip-1",
      "x-goog-api-key": "sk-scrip-1",
      cookie: "sid=1",
      "openai-organization": "org-1",
      "openai-project": "proj_1",
      referer: "https://example.org",
      "x-forwarded-for": "10.0.0.1",
      "x-priority": "priority",
      "x-unknown": "1",
    };
    expect(headersToSupplier(headers, [])).toEqual({ "content-type": "application/json" });
    const priced = (name: string, value: string) => ({ name, value });
    const secrets = [priced("authorization", "Bearer sk-scrip-1"), priced("cookie", "sid=1")];
    expect(headersToSupplier(headers, [priced("X-Priority", "priority"), ...secrets])).toEqual({
      "content-type": "application/json",
      "x-priority": "priority",
    });
  });

  it("forwards no header that belongs to one connection, even when a card names it", () => {
    const names = [
      "connection",
      "upgrade",
      "http2-settings",
      "te",
      "trailer",
      "keep-alive",
      "proxy-connection",
      "expect",
    ];
    const headers = Object.fromEntries(names.map((name) => [name, "1"]));
    expect(
      headersToSupplier(
        headers,
        names.map((name) => ({ name, value: "1" })),
      ),
    ).toEqual({});
  });

  it("passes on a priced header only with a value that has a price, and no switch for features without one", () => {
    const headers = { "x-priority": "dearest", "anthropic-beta": "fast-mode-2026", "openai-beta": "realtime=v1" };
    expect(headersToSupplier(headers, [{ name: "x-priority", value: "priority" }])).toEqual({});
  });

  it("passes back nothing of the supplier's account or limits", () => {
    const headers = {
      "openai-processing-ms": "12",
      "openai-organization": "org-1",
      "x-ratelimit-remaining-requests": "7",
      "set-cookie": ["a=1"],
      "x-request-id": "req_upstream",
    };
    expect(headersToCaller(headers)).toEqual({ "openai-processing-ms": "12" });
  });
});

describe("adapters", () => {
  it("knows every supplier by its id and nothing else", () => {
    for (const provider of PROVIDERS) expect(findAdapter(provider)?.id).toBe(provider);
    expect(findAdapter("constructor")).toBeNull();
    expect(findAdapter("nobody")).toBeNull();
  });

  it("takes the channel's address before the environment's, and that before the public one", () => {
    const overrides = new Map([["openai", "http://127.0.0.1:9100/v1/"]]);
    const openai = { id: "openai", baseUrl: "https://api.openai.com/v1" } as const;
    expect(resolveBaseUrl(openai, "https://relay.example/v1", overrides)).toBe("https://relay.example/v1");
    expect(resolveBaseUrl(openai, null, overrides)).toBe("http://127.0.0.1:9100/v1");
    expect(resolveBaseUrl(openai, null, new Map())).toBe("https://api.openai.com/v1");
    expect(resolveBaseUrl({ id: "openai-compatible", baseUrl: null }, null, new Map())).toBeNull();
  });

  it("puts Cloudflare's account into the path and its token into the header", () => {
    const cloudflare = findAdapter("cloudflare");
    expect(cloudflare?.endpoints["openai"]?.path("0123abcd:token")).toBe("/accounts/0123abcd/ai/v1");
    expect(cloudflare?.authHeaders("0123abcd:token")).toEqual({ authorization: "Bearer token" });
  });
});
