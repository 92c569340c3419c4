import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import path from "node:path";

/** Where and on what figures were taken: without it a figure can't be compared. */
function circumstances(): Record<string, unknown> {
  const git = (...args: string[]): string => spawnSync("git", args, { encoding: "utf8" }).stdout?.trim() ?? "";
  return {
    at: new Date().toISOString(),
    commit: git("rev-parse", "--short=12", "HEAD") || "unknown",
    hasUncommittedChanges: git("status", "--porcelain", "--", ".", ":!tests/results") !== "",
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: cpus().length,
    processor: cpus()[0]?.model ?? "unknown",
    /** Before and with what was measured: of a machine that had other work to do, figures of speed say little. */
    loadAverages: loadavg().map((load) => Number(load.toFixed(1))),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
}

/** Results at full size are kept with the sources; those of a quick run only show that it ran. */
const FOLDERS = { full: "tests/results", quick: ".scrip/results" } as const;

/** Keep a result as JSON, under its kind's name: the newest replaces the one before. Answers the file. */
export function keepResult(kind: string, size: keyof typeof FOLDERS, result: Record<string, unknown>): string {
  mkdirSync(FOLDERS[size], { recursive: true });
  const file = path.join(FOLDERS[size], `${kind}.json`);
  writeFileSync(file, `${JSON.stringify({ ...circumstances(), ...result }, null, 2)}\n`);
  return file;
}

/** The size that the environment asks the proofs for: `npm run proof` the full one, `npm test` the quick one. */
export const proofSize = (): keyof typeof FOLDERS => (process.env["PROOF"] === "full" ? "full" : "quick");
