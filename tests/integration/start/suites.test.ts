import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { playwrightSuite, runSuite, type Outcome, vitestSuite } from "@/scripts/test-suites";

const folder = mkdtempSync(path.resolve(".scrip/suites-"));
const resultFile = path.join(folder, "results.json");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A suite that is this script; its results are its outcome as they stand. */
function suite(script: string): Parameters<typeof runSuite>[0] {
  return {
    name: "planted",
    args: ["--eval", script],
    environment: { RESULT_FILE: resultFile },
    resultFile,
    // The script below writes an outcome.
    read: (results) => results as Outcome,
  };
}
const leave = (outcome: Outcome): string =>
  `require("node:fs").writeFileSync(process.env.RESULT_FILE, ${JSON.stringify(JSON.stringify(outcome))});`;
const RIGHT: Outcome = { passed: 3, failed: [], skipped: ["one"] };

describe("the sum of npm test", () => {
  test("takes what a suite leaves", async () => {
    expect(await runSuite(suite(leave(RIGHT)))).toEqual(RIGHT);
  });

  test("counts a suite that left nothing as failed, whatever its exit code", async () => {
    expect((await runSuite(suite(""))).failed).toEqual(["planted: left no results (exit code 0)"]);
  });

  test("doesn't take the results of an earlier run for those of a suite that left none", async () => {
    await runSuite(suite(leave(RIGHT)));
    expect((await runSuite(suite("process.exitCode = 7"))).failed).toEqual(["planted: left no results (exit code 7)"]);
  });

  test("counts results that were cut short as none", async () => {
    const cut = 'require("node:fs").writeFileSync(process.env.RESULT_FILE, "{\\"passed\\": 3");';
    expect((await runSuite(suite(cut))).failed).toEqual(["planted: left no results (exit code 0)"]);
  });

  test("counts a suite that failed outside of its tests", async () => {
    const outcome = await runSuite(suite(`${leave(RIGHT)} process.exitCode = 1;`));
    expect(outcome).toEqual({ ...RIGHT, failed: ["planted: failed outside of its tests (exit code 1)"] });
  });

  test("reads vitest's file: tests by their state, and a file that didn't load as one failure", () => {
    const file = (name: string, status: string, tests: Record<string, string>) => ({
      name: path.resolve(name),
      status,
      assertionResults: Object.entries(tests).map(([fullName, result]) => ({ fullName, status: result })),
    });
    const results = {
      testResults: [
        file("tests/a.test.ts", "failed", { right: "passed", wrong: "failed", later: "skipped" }),
        file("tests/b.test.ts", "failed", {}),
      ],
    };
    expect(vitestSuite("x", folder, "", []).read(results)).toEqual({
      passed: 1,
      failed: ["tests/a.test.ts: wrong", "tests/b.test.ts: failed outside of its tests"],
      skipped: ["tests/a.test.ts: later"],
    });
  });

  test("reads Playwright's file: a test that passed only when repeated is a failed one", () => {
    const spec = (title: string, status: string) => ({ title, tests: [{ projectName: "", status }] });
    const inner = { title: "pages", specs: [spec("flaky", "flaky"), spec("none", "skipped")] };
    const outer = {
      title: "a.spec.ts",
      specs: [spec("right", "expected"), spec("wrong", "unexpected")],
      suites: [inner],
    };
    const results = { suites: [outer], errors: [{ message: "no browser\n at x" }] };
    expect(playwrightSuite(folder, "", ".next", []).read(results)).toEqual({
      passed: 1,
      failed: [
        "a.spec.ts › wrong",
        "a.spec.ts › pages › flaky (passed only when repeated)",
        "browser tests: no browser",
      ],
      skipped: ["a.spec.ts › pages › none"],
    });
  });
});
