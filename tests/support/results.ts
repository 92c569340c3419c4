import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import path from "node:path";

/** Where and on what figures were taken: without it a figure can't be compared. */
function circumstances(): Record<string, unknown> {
  const git = (...args: string[]): string => spawnSync("git", args, { encoding: "utf8" }).stdout?.trim() ?? "";
  return {
    at: new Date().toISOString(),
    commit: git("rev-parse", "--short=12", "HEAD") || "unknown",
    hasUncommittedChanges: git("status", "--porcelain") !== "",
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: cpus().length,
    processor: cpus()[0]?.model ?? "unknown",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
}

const RESULTS = "tests/results";

/** Keep a result as JSON, under its kind's name: the newest replaces the one before. Answers the file. */
export function keepResult(kind: string, result: Record<string, unknown>): string {
  mkdirSync(RESULTS, { recursive: true });
  const file = path.join(RESULTS, `${kind}.json`);
  writeFileSync(file, `${JSON.stringify({ ...circumstances(), ...result }, null, 2)}\n`);
  return file;
}
