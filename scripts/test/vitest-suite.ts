import path from "node:path";
import * as z from "zod";
import type { Outcome, Suite } from "./suite";

const Results = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/** Counts tests; a file that failed without a failed test, such as one that doesn't load, is one. */
function read(results: unknown): Outcome {
  const passed: string[] = [];
  const failed: string[] = [];
  const skipped: string[] = [];
  for (const { name, status, assertionResults } of Results.parse(results).testResults) {
    const file = path.relative(process.cwd(), name);
    for (const { fullName, status: result } of assertionResults) {
      const list = result === "passed" ? passed : result === "failed" ? failed : skipped;
      list.push(`${file}: ${fullName}`);
    }
    const hasFailedTest = assertionResults.some((test) => test.status === "failed");
    if (status === "failed" && !hasFailedTest) failed.push(`${file}: failed outside of its tests`);
  }
  return { passed: passed.length, failed, skipped };
}

/** A run of vitest over some of its projects, or all. */
export function vitestSuite(name: string, home: string, server: string, filters: readonly string[]): Suite {
  const resultFile = path.join(home, `${name.replaceAll(/\W+/g, "-")}.json`);
  return {
    name,
    resultFile,
    read,
    args: [
      "node_modules/vitest/vitest.mjs",
      "run",
      "--config=tests/vitest.config.ts",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${resultFile}`,
      ...filters,
    ],
    environment: { SCRIP_TEST_SERVER: server, SCRIP_TEST_HOME: home, LOG_LEVEL: process.env["LOG_LEVEL"] ?? "silent" },
  };
}
