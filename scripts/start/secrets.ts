import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { newApiKeySecret, randomText } from "../../lib/ids";
import { HOME } from "./options";

export type DemoAccount = { readonly email: string; readonly password: string; readonly role: "admin" | "user" };

/** What the demo makes for itself and keeps in `.scrip/secrets.json`, readable by its owner only. */
export type DemoSecrets = {
  readonly environment: {
    readonly NEXTAUTH_SECRET: string;
    readonly KEY_ENCRYPTION_KEYS: string;
    readonly ADMIN_API_KEY: string;
    /** Keys of the sandbox's Stripe. */
    readonly STRIPE_SECRET_KEY: string;
    readonly STRIPE_WEBHOOK_SECRET: string;
  };
  readonly accounts: readonly DemoAccount[];
};

const FILE = path.join(HOME, "secrets.json");
const PEOPLE = [
  { email: "admin@scrip.local", role: "admin" },
  { email: "ada@scrip.local", role: "user" },
  { email: "bo@scrip.local", role: "user" },
] as const;

/** The demo's secrets: made at its first start, the same ever after. */
export function demoSecrets(): DemoSecrets {
  const stripe = {
    STRIPE_SECRET_KEY: `sk_test_${randomText(24)}`,
    STRIPE_WEBHOOK_SECRET: `whsec_${randomText(32)}`,
  };
  if (existsSync(FILE)) {
    const kept = JSON.parse(readFileSync(FILE, "utf8")) as DemoSecrets;
    if (kept.environment.STRIPE_SECRET_KEY) return kept;
    // Made before there was anything to buy.
    const completed = { ...kept, environment: { ...kept.environment, ...stripe } };
    writeFileSync(FILE, JSON.stringify(completed, null, 2), { mode: 0o600 });
    return completed;
  }
  const secrets: DemoSecrets = {
    environment: {
      ...stripe,
      NEXTAUTH_SECRET: randomBytes(32).toString("base64url"),
      KEY_ENCRYPTION_KEYS: `demo:${randomBytes(32).toString("base64")}`,
      ADMIN_API_KEY: newApiKeySecret(),
    },
    accounts: PEOPLE.map((person) => ({ ...person, password: randomText(16) })),
  };
  writeFileSync(FILE, JSON.stringify(secrets, null, 2), { mode: 0o600, flag: "wx" });
  return secrets;
}
