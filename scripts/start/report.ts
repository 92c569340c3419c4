import { writeFileSync } from "node:fs";
import path from "node:path";
import { HOME, type StartOptions } from "./options";
import type { Addresses } from "./environment";
import type { DemoSecrets } from "./secrets";

/** Write `.scrip/demo.json`, for tests and people: addresses, the admin's key, accounts. Readable by its owner only. */
export function writeDemoFile(addresses: Addresses, adminApiKey: string, { accounts }: DemoSecrets): void {
  const content = { ...addresses, admin_api_key: adminApiKey, accounts };
  writeFileSync(path.join(HOME, "demo.json"), `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
}

/** What a newcomer reads once everything runs. */
export function welcome(
  options: StartOptions,
  addresses: Addresses,
  secrets: DemoSecrets | null,
  seconds: number,
): string {
  const lines = [
    "",
    `  Scrip runs (${options.mode}, ready in ${seconds.toFixed(1)} s)`,
    "",
    `    web app   ${addresses.web}`,
    `    gateway   ${addresses.gateway}/v1   base URL for OpenAI clients`,
    ...(addresses.sandbox ? [`    sandbox   ${addresses.sandbox}   stands in for the providers`] : []),
    "",
    ...(secrets?.accounts ?? []).map(({ email, password, role }) => `    ${email.padEnd(20)} ${password}   ${role}`),
    ...(secrets ? [`    the admin's API key and all of this: ${HOME}/demo.json`] : []),
    `    logs: ${HOME}/logs    Ctrl-C stops everything`,
    "",
  ];
  return lines.join("\n");
}
