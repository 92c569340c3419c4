import path from "node:path";
import * as z from "zod";
import type { Outcome, Suite } from "./suite";

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
const Results = z.object({ suites: z.array(Group), errors: z.array(z.object({ message: z.string().optional() })) });

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
function read(results: unknown): Outcome {
  const { suites, errors } = Results.parse(results);
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
    read,
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
