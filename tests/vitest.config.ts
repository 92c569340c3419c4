import path from "node:path";
import { defineConfig } from "vitest/config";

const ROOT = path.resolve(import.meta.dirname, "..");

/** How long `expect.poll` looks: on a busy machine anything may stand still for a second. */
const POLL_LIMIT_MS = 10_000;

type Limits = { testTimeout: number; hookTimeout: number; maxWorkers?: number; sequence?: { groupOrder: number } };

/** One project a kind of test: `npm test -- --project unit`, `npm test -- tests/integration/ledger`. */
const project = (name: string, limits: Limits) => ({
  root: ROOT,
  resolve: { alias: { "@": ROOT } },
  test: { name, include: [`tests/${name}/**/*.test.ts`], expect: { poll: { timeout: POLL_LIMIT_MS } }, ...limits },
});

export default defineConfig({
  root: ROOT,
  test: {
    // Long failures are read from the top.
    chaiConfig: { truncateThreshold: 2_000 },
    maxWorkers: 2,
    projects: [
      project("unit", { testTimeout: 5_000, hookTimeout: 10_000 }),
      project("property", { testTimeout: 60_000, hookTimeout: 30_000 }),
      // For tests that hang: beside a build and other servers on two cores the slowest take half a minute.
      project("integration", { testTimeout: 90_000, hookTimeout: 90_000 }),
      project("contract", { testTimeout: 90_000, hookTimeout: 90_000 }),
      project("corruption", { testTimeout: 120_000, hookTimeout: 60_000 }),
      project("architecture", { testTimeout: 60_000, hookTimeout: 60_000 }),
      // After everything else and one file at a time: these kill processes under load.
      project("chaos", {
        testTimeout: 300_000,
        hookTimeout: 120_000,
        maxWorkers: 1,
        sequence: { groupOrder: 1 },
      }),
    ],
  },
});
