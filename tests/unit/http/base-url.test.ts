import { describe, expect, it } from "vitest";
import { baseUrlProblem } from "@/lib/base-url";
import { ChannelBody } from "@/lib/catalog";
import { gatewayEnv, jobsEnv, webEnv } from "@/lib/env";
import { findAdapter, supplierAddress } from "@/lib/providers";

const WRONG: [string, string, RegExp][] = [
  ["a query", "https://relay.example/v1?key=1", /query/],
  ["an empty query", "https://relay.example/v1?", /query/],
  ["a fragment", "https://relay.example/v1#x", /fragment/],
  ["an empty fragment", "https://relay.example/v1#", /fragment/],
  ["a user", "https://user@relay.example/v1", /user/],
  ["a password", "https://user:secret@relay.example/v1", /user/],
  ["an empty user", "https://@relay.example/v1", /user/],
  ["an empty user and password", "https://:@relay.example/v1", /user/],
  ["more slashes, and a user", "https:///user@relay.example/v1", /user/],
  ["another protocol", "ftp://relay.example/v1", /http or https/],
  ["a file", "file:///etc/hosts", /http or https/],
  ["no protocol", "relay.example/v1", /http or https/],
  ["no host", "https://", /http or https/],
  ["a line end, which URL parsers drop", "https://relay\n.example/v1", /spaces/],
  ["a tab", "ht\ttps://relay.example/v1", /spaces/],
  ["a backslash, which they take for a slash", "https:\\\\relay.example\\v1", /backslashes/],
  ["a space around it", " https://relay.example/v1", /spaces/],
];
const RIGHT = [
  "https://relay.example",
  "https://relay.example/v1/",
  "http://relay.example:8080/openai/v1",
  "https://[2606:4700::1111]/v1",
  "https://relay.example/@team/v1",
];

describe("a supplier's base URL", () => {
  it.each(WRONG)("may have no %s", (_, text, says) => {
    expect(baseUrlProblem(text)).toMatch(says);
    expect(ChannelBody.safeParse({ provider: "openai", base_url: text }).error?.issues).toMatchObject([
      { path: ["base_url"], message: expect.stringMatching(says) as string },
    ]);
    const openai = findAdapter("openai");
    const settings = { overrides: new Map<string, string>(), privateUpstreams: true };
    expect(openai && supplierAddress(openai, text, settings)).toBeNull();
  });

  it.each(WRONG.slice(0, 13))(
    "of the environment may have no %s, and the start says which variable",
    (_, text, says) => {
      const source = { PROVIDER_GROQ_BASE_URL: text };
      for (const read of [webEnv, gatewayEnv, jobsEnv]) {
        const refusal = (): unknown => read({ ...REQUIRED, ...source });
        expect(refusal).toThrow(says);
        expect(refusal).toThrow("PROVIDER_GROQ_BASE_URL");
      }
    },
  );

  it.each(RIGHT)("is http or https with a host, a port and a path: %s", (text) => {
    expect(baseUrlProblem(text)).toBeNull();
    expect(ChannelBody.safeParse({ provider: "openai", base_url: text }).success).toBe(true);
  });
});

describe("how far calls of a supplier reach", () => {
  const openai = findAdapter("openai");
  const at = (channel: string | null, privateUpstreams: boolean, override?: string) =>
    openai &&
    supplierAddress(openai, channel, { overrides: new Map(override ? [["openai", override]] : []), privateUpstreams });

  it("is public addresses, save where the environment names the address, or the setting lets a channel's", () => {
    const inside = "http://127.0.0.1:9100/v1";
    expect(at(null, true)?.reach).toBe("public");
    expect(at(null, false, inside)).toEqual({ baseUrl: inside, reach: "anywhere" });
    expect(at(inside, false)).toEqual({ baseUrl: inside, reach: "public" });
    expect(at(inside, false, inside)?.reach).toBe("public");
    expect(at(inside, true)?.reach).toBe("anywhere");
  });
});

const REQUIRED = {
  DATABASE_URL: "postgresql://u:p@db/scrip",
  APP_URL: "https://scrip.example",
  GATEWAY_URL: "https://api.scrip.example",
  NEXTAUTH_SECRET: "0123456789abcdef0123456789abcdef",
  KEY_ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString("base64")}`,
};
