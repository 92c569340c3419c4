import { afterEach, expect, test, vi } from "vitest";
import { newApiKeySecret } from "@/lib/ids";
import { checkEnvironment, childEnvironment, gatewayEnvironment } from "@/scripts/start/environment";
import type { StartOptions } from "@/scripts/start/options";

const OPTIONS: StartOptions = {
  mode: "production",
  isDevelopment: false,
  host: "127.0.0.1",
  ports: { web: 3000, gateway: 4000, sandbox: 4010 },
  databaseUrl: "postgresql://127.0.0.1/scrip",
};
const environment = () => childEnvironment(OPTIONS, "postgresql://127.0.0.1/scrip", null);

afterEach(() => vi.unstubAllEnvs());

test("the gateway trusts the proxies that the operator names, and nobody for being on this machine", () => {
  vi.stubEnv("TRUSTED_PROXIES", "");
  expect(gatewayEnvironment(environment())["TRUSTED_PROXIES"]).toBeUndefined();
  vi.stubEnv("TRUSTED_PROXIES", "10.0.0.0/8");
  expect(gatewayEnvironment(environment())["TRUSTED_PROXIES"]).toBe("10.0.0.0/8");
});

test("each start makes a secret that the web port proves itself by, unless it is given one", () => {
  vi.stubEnv("WEB_PORT_SECRET", "");
  const secrets = [environment()["WEB_PORT_SECRET"], environment()["WEB_PORT_SECRET"]];
  expect(new Set(secrets).size).toBe(2);
  expect(secrets.every((secret) => secret && secret.length >= 32)).toBe(true);
  const given = "the operator's own, for ports on two machines";
  vi.stubEnv("WEB_PORT_SECRET", given);
  expect(environment()["WEB_PORT_SECRET"]).toBe(given);
});

test("the admin of the environment is checked before anything starts", () => {
  const whole = {
    ...environment(),
    NEXTAUTH_SECRET: "x".repeat(32),
    KEY_ENCRYPTION_KEYS: `test:${Buffer.alloc(32).toString("base64")}`,
  };
  const apiKey = newApiKeySecret();
  expect(() => checkEnvironment(whole, { ADMIN_API_KEY: apiKey })).not.toThrow();
  const mistyped = apiKey.slice(0, -1) + (apiKey.endsWith("0") ? "1" : "0");
  expect(() => checkEnvironment(whole, { ADMIN_API_KEY: mistyped })).toThrow(/ADMIN_API_KEY is no API key.*checksum/);
  expect(() => checkEnvironment(whole, { ADMIN_PASSWORD: "long enough" })).toThrow(/ADMIN_EMAIL is missing/);
});
