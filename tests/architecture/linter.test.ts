import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

// The linter's and formatter's settings hold what they are meant to: each planted line is found by its rule. The tree lies
// in a folder of the checkout that isn't ignored, since type-aware rules need the project's tsconfig.

let root = "";
beforeAll(() => {
  mkdirSync("lib", { recursive: true });
  root = mkdtempSync(path.resolve("lib/planted-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What the linter says of a file of that name and text. */
function lint(name: string, text: string): string {
  const file = path.join(root, name);
  writeFileSync(file, text);
  try {
    const args = ["node_modules/oxlint/bin/oxlint", "--type-aware", "--deny-warnings", "--format=unix", file];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    return stdout + stderr;
  } finally {
    rmSync(file);
  }
}

const lines = (count: number): string => Array.from({ length: count }, (_, index) => `  void ${index};`).join("\n");

test.each([
  [
    "a promise that nobody waits for",
    "floating.ts",
    "const work = async (): Promise<void> => undefined;\nwork();\n",
    "no-floating-promises",
  ],
  ["any", "any.ts", "export const x = (value: any): unknown => value;\n", "no-explicit-any"],
  [
    "a non-null assertion",
    "assertion.ts",
    "export const x = (value: string | null): string => value!;\n",
    "no-non-null-assertion",
  ],
  ["console", "console.ts", 'console.log("here");\n', "no-console"],
  ["the environment outside of lib/env", "env.ts", "export const x = process.env;\n", "no-process-env"],
  ["a default export", "default.ts", "export default 1;\n", "no-default-export"],
  ["a name in camel case", "camelCase.ts", "export const x = 1;\n", "filename-case"],
  ["a file of more than 300 lines", "long-file.ts", `export const x = (): void => {\n${lines(301)}\n};\n`, "max-lines"],
  [
    "a function of more than 70 lines",
    "long-function.ts",
    `export function x(): void {\n${lines(71)}\n}\n`,
    "max-lines-per-function",
  ],
  ["a note of work to do", "note.ts", `// ${"TO"}${"DO"}: later\nexport const x = 1;\n`, "no-warning-comments"],
])("the linter finds %s", (_what, name, text, rule) => {
  expect(lint(name, text)).toContain(rule);
});

test("the linter finds nothing in a file that is right", () => {
  expect(lint("right.ts", "export const x = 1;\n")).not.toMatch(/error|warning/i);
});

test("the formatter refuses a line of more than 120 characters", () => {
  const file = path.join(root, "wide.ts");
  writeFileSync(file, `export const x = [${Array.from({ length: 40 }, (_, index) => `"${index}"`).join(", ")}];\n`);
  const { status } = spawnSync(process.execPath, ["node_modules/oxfmt/bin/oxfmt", "--check", file]);
  rmSync(file);
  expect(status).not.toBe(0);
});
