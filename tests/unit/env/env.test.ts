import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { EnvError, gatewayEnv, sandboxEnv, webEnv } from "@/lib/env";

const KEY = `main:${randomBytes(32).toString("base64")}`;
const GATEWAY = {
  DATABASE_URL: "postgresql://u:p@db/scrip",
  GATEWAY_URL: "https://api.scrip.example/",
  KEY_ENCRYPTION_KEYS: KEY,
};

/** What a call refuses with, for reading its list. */
function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof EnvError) return error.message;
    throw error;
  }
  return "nothing was refused";
}

describe("the environment", () => {
  test("names every missing and every wrong variable at once, with what to do", () => {
    const message = refusal(() => webEnv({ PORT: "99999", APP_URL: "scrip", PROVIDER_OPENAI_BASE_URL: "x" }));
    for (const part of [
      "DATABASE_URL is missing",
      "NEXTAUTH_SECRET is missing",
      "openssl rand",
      "PORT is no port",
      "APP_URL is no",
    ])
      expect(message).toContain(part);
  });

  test("is a demo without a database named, and production with one", () => {
    expect(sandboxEnv({}).mode).toBe("demo");
    expect(gatewayEnv(GATEWAY).mode).toBe("production");
    expect(gatewayEnv({ ...GATEWAY, SCRIP_ENV: "demo" }).mode).toBe("demo");
    expect(refusal(() => gatewayEnv({ ...GATEWAY, SCRIP_ENV: "staging" }))).toContain("SCRIP_ENV is neither");
  });

  test("takes an empty variable as one that isn't set", () => {
    expect(gatewayEnv({ ...GATEWAY, REDIS_URL: "", GATEWAY_PORT: " " })).toMatchObject({
      redisUrl: undefined,
      gatewayPort: 4000,
    });
  });

  test("listens to its own machine in the demo and to all addresses in production", () => {
    expect(sandboxEnv({}).listenHost).toBe("127.0.0.1");
    expect(gatewayEnv(GATEWAY).listenHost).toBe("0.0.0.0");
    expect(gatewayEnv({ ...GATEWAY, HOST: "10.0.0.7" }).listenHost).toBe("10.0.0.7");
  });

  test("reads providers' base URLs by their ids, without a slash at the end", () => {
    const { providerBaseUrls } = gatewayEnv({
      ...GATEWAY,
      PROVIDER_OPENAI_BASE_URL: "http://127.0.0.1:9100/v1/",
      PROVIDER_OPENAI_COMPATIBLE_BASE_URL: "http://127.0.0.1:9101",
    });
    expect([...providerBaseUrls]).toEqual([
      ["openai", "http://127.0.0.1:9100/v1"],
      ["openai-compatible", "http://127.0.0.1:9101"],
    ]);
  });

  test("reads master keys in their order and refuses short, doubled and malformed ones", () => {
    const keys = gatewayEnv({
      ...GATEWAY,
      KEY_ENCRYPTION_KEYS: `new:${randomBytes(32).toString("base64")},${KEY}`,
    }).masterKeys;
    expect(keys.map(({ id }) => id)).toEqual(["new", "main"]);
    for (const wrong of ["main", "main:c2hvcnQ=", `${KEY},${KEY}`])
      expect(refusal(() => gatewayEnv({ ...GATEWAY, KEY_ENCRYPTION_KEYS: wrong }))).toContain(
        "KEY_ENCRYPTION_KEYS is no list",
      );
  });
});
