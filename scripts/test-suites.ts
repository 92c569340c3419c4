import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { end, mark } from "./processes";

/** A part of `npm test`: a run of a test program that leaves its results in a file. */
export type Suite = {
  readonly name: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly resultFile: string;
  readonly read: (results: unknown) => Outcome;
};

/** What a suite came to. `skipped` and `failed` name their tests. */
export type Outcome = {
  readonly passed: number;
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
};

const running = new Set<ChildProcess>();
const END_LIMIT_MS = 30_000;

/** End what runs, so that an interrupted `npm test` leaves nothing: as Ctrl-C would, and wait until it is gone. */
export async function endSuites(): Promise<void> {
  await Promise.all([...running].map((child) => end(mark(child.pid ?? 0), "SIGINT", END_LIMIT_MS)));
}

/** Run a suite. One that leaves no results, or fails without naming a failed test, counts as failed. */
export async function runSuite(suite: Suite): Promise<Outcome> {
  rmSync(suite.resultFile, { force: true });
  const code = await run(suite);
  const outcome = readOutcome(suite);
  if (!outcome) return { passed: 0, failed: [`${suite.name}: left no results (exit code ${code})`], skipped: [] };
  if (code === 0 || outcome.failed.length > 0) return outcome;
  return { ...outcome, failed: [`${suite.name}: failed outside of its tests (exit code ${code})`] };
}

function run({ args, environment }: Suite): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: "inherit", env: { ...process.env, ...environment } });
    running.add(child);
    child.once("error", () => resolve(1));
    child.once("exit", (code) => {
      running.delete(child);
      resolve(code ?? 1);
    });
  });
}

function readOutcome({ resultFile, read }: Suite): Outcome | null {
  if (!existsSync(resultFile)) return null;
  try {
    return read(JSON.parse(readFileSync(resultFile, "utf8")));
  } catch {
    return null; // cut short: the same as none
  }
}

const VitestResults = z.object({
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
function readVitest(results: unknown): Outcome {
  const passed: string[] = [];
  const failed: string[] = [];
  const skipped: string[] = [];
  for (const { name, status, assertionResults } of VitestResults.parse(results).testResults) {
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
    read: readVitest,
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

type Group = {
  title: string;
  specs: { title: string; tests: { projectName: string; status: string }[] }[];
  suites?: Group[] | undefined;
};
const Group: z.ZodType<Group> = z.object({
  title: z.string(),
  specs: z.array(
    z.object({ title: z.string(), tests: z.array(z.object({ projectName: z.string(), status: z.string() })) }),
  ),
  get suites() {
    return z.array(Group).optional();
  },
});
const PlaywrightResults = z.object({
  suites: z.array(Group),
  errors: z.array(z.object({ message: z.string().optional() })),
});

type Test = { name: string; status: string };

function testsOf(group: Group, above: string[]): Test[] {
  const titles = [...above, group.title];
  const own = group.specs.flatMap((spec) =>
    spec.tests.map(({ projectName, status }) => ({
      name: [projectName, ...titles, spec.title].filter(Boolean).join(" › "),
      status,
    })),
  );
  return [...own, ...(group.suites ?? []).flatMap((inner) => testsOf(inner, titles))];
}

/** Counts tests; one that passed only when repeated is a failed one, and so is an error outside of any. */
function readPlaywright(results: unknown): Outcome {
  const { suites, errors } = PlaywrightResults.parse(results);
  const tests = suites.flatMap((suite) => testsOf(suite, []));
  const named = (status: string): string[] => tests.filter((test) => test.status === status).map(({ name }) => name);
  const outside = errors.map(
    ({ message }) => `browser tests: ${message?.split("\n")[0] ?? "an error outside of any test"}`,
  );
  const flaky = named("flaky").map((name) => `${name} (passed only when repeated)`);
  return {
    passed: named("expected").length,
    failed: [...named("unexpected"), ...flaky, ...outside],
    skipped: named("skipped"),
  };
}

/** The tests in a real browser. */
export function playwrightSuite(home: string, server: string, nextFolder: string, filters: readonly string[]): Suite {
  const resultFile = path.join(home, "playwright.json");
  return {
    name: "end to end",
    resultFile,
    read: readPlaywright,
    args: [
      "node_modules/@playwright/test/cli.js",
      "test",
      "--config=tests/playwright.config.ts",
      "--reporter=list,json",
      ...filters,
    ],
    environment: {
      PLAYWRIGHT_JSON_OUTPUT_FILE: path.resolve(resultFile),
      SCRIP_TEST_SERVER: server,
      SCRIP_TEST_HOME: home,
      NEXT_DIST_DIR: nextFolder,
    },
  };
}
