import { defineConfig } from "@playwright/test";
import { findChromium } from "./support/chromium";

const MINUTE_MS = 60_000;

/**
 * The whole of Scrip in a real browser: its processes as production runs them, on a database of their own.
 *
 * `SCRIP_TEST_SERVER` names the PostgreSQL server; `npm test` starts one. Screenshots land in `.scrip/screenshots`.
 */
export default defineConfig({
  testDir: "e2e",
  outputDir: "../.scrip/e2e-results",
  timeout: 2 * MINUTE_MS,
  expect: { timeout: 10_000 },
  // One machine runs the browser and all of Scrip.
  workers: 1,
  forbidOnly: true,
  reporter: "list",
  use: {
    launchOptions: await findChromium(),
    timezoneId: "Europe/Berlin",
    locale: "en-GB",
    trace: "retain-on-failure",
    actionTimeout: MINUTE_MS / 2,
    navigationTimeout: MINUTE_MS / 2,
  },
  webServer: {
    command: `${process.execPath} --import tsx tests/e2e/support/stack.ts`,
    cwd: "..",
    timeout: 5 * MINUTE_MS,
    wait: { stdout: /scrip serves (?<scrip_e2e>\{.*\})/ },
    gracefulShutdown: { signal: "SIGTERM", timeout: 30_000 },
    stdout: "pipe",
  },
});
