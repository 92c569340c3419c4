import { type BuildOptions, build } from "esbuild";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Stop, say } from "../console";
import { HOME } from "./options";

/** How processes are bundled: TypeScript gone, packages outside, with source maps. Tests of processes bundle the same. */
export const BUNDLING = {
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  target: "node20",
  sourcemap: true,
  logLevel: "error",
} as const satisfies BuildOptions;

const NEXT_SOURCES = [
  "app",
  "lib",
  "public",
  "proxy.ts",
  "instrumentation.ts",
  "next.config.js",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
];
/** Where the web app and the processes are built to. */
export const NEXT_FOLDER = ".next";
export const DIST = `${HOME}/dist`;
const TICK_MS = 10_000;

/** A hash of files and folders, names included; generated code is made of the rest. */
function hashOf(paths: readonly string[]): string {
  const hash = createHash("sha256").update(process.version);
  const add = (file: string): void => {
    if (!existsSync(file) || file.endsWith("lib/db/generated")) return;
    if (statSync(file).isDirectory()) {
      for (const name of readdirSync(file).sort()) add(path.join(file, name));
      return;
    }
    hash.update(`${file}\0`).update(readFileSync(file)).update("\0");
  };
  for (const file of paths) add(file);
  return hash.digest("hex");
}

/** Make the Prisma client where the schema changed since it was made. */
export async function ensurePrismaClient(): Promise<void> {
  const stamp = hashOf(["prisma/schema.prisma", "package-lock.json"]);
  const file = "lib/db/generated/.stamp";
  if (existsSync(file) && readFileSync(file, "utf8") === stamp) return;
  await run("prisma generate", ["node_modules/prisma/build/index.js", "generate"], { CHECKPOINT_DISABLE: "1" });
  writeFileSync(file, stamp);
}

/** Where a build of the web app is: of the sources as they are now, made if there is none. */
export async function ensureNextBuild(folder: string): Promise<boolean> {
  if (!existsSync("app")) return false;
  const stamp = hashOf(NEXT_SOURCES);
  if (isBuilt(folder, stamp)) return false;
  rmSync(path.join(folder, "scrip-stamp"), { force: true });
  say("building the web app (half a minute or so) …");
  const started = Date.now();
  await run("next build", ["node_modules/next/dist/bin/next", "build"], {
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
    NEXT_DIST_DIR: folder,
  });
  writeFileSync(path.join(folder, "scrip-stamp"), stamp);
  say(`built the web app in ${Math.round((Date.now() - started) / 1000)} s`);
  return true;
}

/** Whether a folder holds a whole build of the sources as they are now. */
export function isBuilt(folder: string, stamp = hashOf(NEXT_SOURCES)): boolean {
  const file = path.join(folder, "scrip-stamp");
  return existsSync(file) && readFileSync(file, "utf8") === stamp;
}

/**
 * Bundle the workers into `<folder>/workers`, packages external, with source maps. Files named `*.thread.ts` are
 * entries too: worker threads start from them.
 */
export async function buildWorkers(folder: string): Promise<void> {
  const entries = nodeFiles("workers").filter(
    (file) => /^workers\/[^/]+\.ts$/.test(file) || file.endsWith(".thread.ts"),
  );
  await build({
    entryPoints: entries,
    outdir: folder,
    outbase: ".",
    ...BUNDLING,
  });
}

function nodeFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => path.join(folder, name))
    .filter((file) => file.endsWith(".ts"));
}

/** Run a tool of node_modules; its output is shown only where it fails. */
function run(what: string, args: string[], environment: Record<string, string>): Promise<void> {
  mkdirSync(HOME, { recursive: true });
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
    const endWithUs = (): boolean => child.kill();
    process.once("exit", endWithUs);
    const output: Buffer[] = [];
    const started = Date.now();
    const ticker = setInterval(() => say(`  … ${what}, ${Math.round((Date.now() - started) / 1000)} s`), TICK_MS);
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => output.push(chunk));
    child.once("close", (code) => {
      clearInterval(ticker);
      process.off("exit", endWithUs);
      if (code === 0) resolve();
      else reject(new Stop(`${what} failed:\n${Buffer.concat(output).toString()}`));
    });
  });
}
