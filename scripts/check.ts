import { command } from "./processes";
import type { Report } from "./check/findings";
import { conventions } from "./check/conventions";
import { importRules } from "./check/import-rules";
import { schemaDrift } from "./check/schema-drift";
import { tableOwners } from "./check/table-owners";
import { explain, say, warn } from "./console";
import { ensurePrismaClient } from "./start/build";

/** One part of what `npm run check` holds the tree to. */
type Part = { readonly name: string; readonly run: () => Promise<Report> | Report };

/** A part that a tool does: its output is what was found. */
function tool(name: string, file: string, args: readonly string[]): Part {
  return {
    name,
    run: async () => {
      const { code, output } = await command(file, args);
      return { findings: code === 0 ? [] : [{ rule: name, place: "", message: output.trim() }], looked: "" };
    },
  };
}

const PARTS: Part[] = [
  tool("lock", "scripts/complete-lock.mjs", ["--check"]),
  tool("format", "node_modules/oxfmt/bin/oxfmt", ["--check"]),
  tool("types", "node_modules/typescript/bin/tsc", ["--noEmit", "--pretty", "false"]),
  tool("lint", "node_modules/oxlint/bin/oxlint", ["--type-aware", "--deny-warnings"]),
  { name: "import rules", run: () => importRules(process.cwd()) },
  { name: "conventions", run: () => conventions(process.cwd()) },
  { name: "table owners", run: () => tableOwners(process.cwd()) },
  tool("dead code", "node_modules/knip/bin/knip.js", [
    "--no-progress",
    "--exclude",
    "types,enumMembers",
    "--no-config-hints",
  ]),
  { name: "schema drift", run: schemaDrift },
];

/** Run one part and report it; whether it found nothing. */
async function check({ name, run }: Part): Promise<boolean> {
  const started = Date.now();
  const { findings, looked } = await run();
  const note = [looked, `${((Date.now() - started) / 1000).toFixed(1)} s`].filter(Boolean).join(", ");
  if (findings.length === 0) {
    say(`${name}: ok (${note})`);
    return true;
  }
  const lines = findings.map(({ rule, place, message }) => (place ? `  ${place}  ${message}  [${rule}]` : message));
  warn(`${name}: ${findings.length} findings (${note})\n${lines.join("\n")}`);
  return false;
}

const asked = process.argv.slice(2);
const parts = PARTS.filter(({ name }) => asked.length === 0 || asked.includes(name));
try {
  await ensurePrismaClient();
  let failed = 0;
  for (const part of parts) if (!(await check(part))) failed += 1;
  say(failed === 0 ? `check: all ${parts.length} parts passed` : `check: ${failed} of ${parts.length} parts failed`);
  process.exitCode = failed === 0 && parts.length > 0 ? 0 : 1;
} catch (error) {
  warn(explain(error));
  process.exitCode = 1;
}
