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
  if (existsSync(FILE)) return JSON.parse(readFileSync(FILE, "utf8")) as DemoSecrets;
  const secrets: DemoSecrets = {
    environment: {
      NEXTAUTH_SECRET: randomBytes(32).toString("base64url"),
      KEY_ENCRYPTION_KEYS: `demo:${randomBytes(32).toString("base64")}`,
      ADMIN_API_KEY: newApiKeySecret(),
    },
    accounts: PEOPLE.map((person) => ({ ...person, password: randomText(16) })),
  };
  writeFileSync(FILE, JSON.stringify(secrets, null, 2), { mode: 0o600, flag: "wx" });
  return secrets;
}
