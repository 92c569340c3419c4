import path from "node:path";
import { defineConfig } from "vitest/config";

const ROOT = path.resolve(import.meta.dirname, "..");

type Limits = { testTimeout: number; hookTimeout: number; maxWorkers?: number; sequence?: { groupOrder: number } };

/** One project a kind of test: `npm test -- --project unit`, `npm test -- tests/integration/ledger`. */
const project = (name: string, limits: Limits) => ({
  root: ROOT,
  resolve: { alias: { "@": ROOT } },
  test: { name, include: [`tests/${name}/**/*.test.ts`], ...limits },
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
      project("integration", { testTimeout: 30_000, hookTimeout: 60_000 }),
      project("contract", { testTimeout: 30_000, hookTimeout: 60_000 }),
      project("ground", { testTimeout: 30_000, hookTimeout: 60_000 }),
      project("teeth", { testTimeout: 120_000, hookTimeout: 60_000 }),
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
