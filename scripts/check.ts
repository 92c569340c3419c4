import { spawn } from "node:child_process";
import { say, warn } from "./console";

/** One thing that `npm run check` holds the tree to. */
type Check = { readonly name: string; readonly run: () => Promise<CheckResult> };
type CheckResult = { readonly passed: boolean; readonly output: string };

function command(name: string, file: string, args: string[]): Check {
  return {
    name,
    run: () =>
      new Promise((resolve) => {
        const child = spawn(process.execPath, [file, ...args], { stdio: ["ignore", "pipe", "pipe"] });
        const output: Buffer[] = [];
        child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
        child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
        child.once("exit", (code) => resolve({ passed: code === 0, output: Buffer.concat(output).toString() }));
      }),
  };
}

const CHECKS: Check[] = [
  command("lock", "scripts/complete-lock.mjs", ["--check"]),
  command("format", "node_modules/oxfmt/bin/oxfmt", ["--check"]),
  command("types", "node_modules/typescript/bin/tsc", ["--noEmit", "--pretty", "false"]),
  command("lint", "node_modules/oxlint/bin/oxlint", ["--type-aware"]),
];

let failures = 0;
for (const { name, run } of CHECKS) {
  const started = Date.now();
  const { passed, output } = await run();
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  if (passed) say(`${name}: right (${seconds} s)`);
  else {
    failures += 1;
    warn(`${name}: wrong (${seconds} s)\n${output}`);
  }
}
if (failures > 0) warn(`check: ${failures} of ${CHECKS.length} parts are wrong`);
else say(`check: all ${CHECKS.length} parts are right`);
process.exitCode = failures > 0 ? 1 : 0;
