// What every command needs before TypeScript and packages can be used: this file imports nothing but Node.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";

const ROOT = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "..");
const NODE_OLDEST = [20, 19];
const INSTALL_LOCK = ".scrip/install.lock";
const TICK_MS = 10_000;

/**
 * Check Node, install the packages of the lock file if they aren't there, and run `scripts/<name>.ts`.
 *
 * @param {string} name
 */
export async function runScript(name) {
  refuseOldNode();
  process.chdir(ROOT);
  mkdirSync(".scrip", { recursive: true });
  await install();
  process.setSourceMapsEnabled?.(true);
  await import(pathToFileURL(await bundle(name)).href);
}

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > NODE_OLDEST[0] || (major === NODE_OLDEST[0] && minor >= NODE_OLDEST[1])) return;
  fail(
    `Scrip needs Node ${NODE_OLDEST.join(".")} or newer; this is ${process.versions.node}. Install one from https://nodejs.org and start again.`,
  );
}

/** Whether node_modules holds what the lock file says: npm keeps its own account of what it installed there. */
function isInstalled() {
  if (!existsSync("node_modules/.package-lock.json")) return false;
  const wanted = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
  const found = JSON.parse(readFileSync("node_modules/.package-lock.json", "utf8")).packages;
  return Object.entries(wanted).every(
    ([where, { version, optional, devOptional }]) =>
      where === "" || (where in found ? found[where].version === version : Boolean(optional ?? devOptional)),
  );
}

async function install() {
  if (isInstalled()) return;
  await takeInstallLock();
  try {
    if (isInstalled()) return; // another command did it meanwhile
    const count = Object.keys(JSON.parse(readFileSync("package-lock.json", "utf8")).packages).length - 1;
    say(`installing ${count} packages of package-lock.json (about a minute) …`);
    const started = Date.now();
    const ticker = setInterval(
      () => say(`  … ${Math.round((Date.now() - started) / 1000)} s, still installing`),
      TICK_MS,
    );
    const code = await npm(["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"]);
    clearInterval(ticker);
    if (code !== 0)
      fail("`npm ci` failed; what it said stands above. Mend that (is the registry reachable?) and start again.");
    say(`installed in ${Math.round((Date.now() - started) / 1000)} s`);
  } finally {
    rmSync(INSTALL_LOCK, { force: true });
  }
}

/** Two commands of one checkout never install at the same time: the second waits for the first. */
async function takeInstallLock() {
  for (let waited = false; ; waited = true) {
    try {
      writeFileSync(INSTALL_LOCK, String(process.pid), { flag: "wx" });
      process.once("exit", () => rmSync(INSTALL_LOCK, { force: true }));
      return;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const holder = Number(readFileSync(INSTALL_LOCK, "utf8"));
    if (!isAlive(holder)) rmSync(INSTALL_LOCK, { force: true });
    else if (!waited) say(`waiting for another command (pid ${holder}) that is installing …`);
    await delay(500);
  }
}

function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** The npm that started us, or the one on the path. */
function npm(args) {
  const own = process.env.npm_execpath;
  const [file, first] = own && /\.[cm]?js$/.test(own) ? [process.execPath, [own]] : ["npm", []];
  return new Promise((resolve) => {
    const child = spawn(file, [...first, ...args], {
      stdio: ["ignore", "inherit", "inherit"],
      shell: process.platform === "win32",
    });
    child.once("error", (error) => resolve(say(`${file}: ${error.message}`) ?? 1));
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

/** Bundle one script, packages external; answers the file to run. */
async function bundle(name) {
  const { build } = await import("esbuild");
  const outfile = `.scrip/scripts/${name.replaceAll("/", "-")}.js`;
  const draft = `${outfile}.${process.pid}.js`;
  await build({
    entryPoints: [`scripts/${name}.ts`],
    outfile: draft,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "inline",
    logLevel: "error",
  });
  renameSync(draft, outfile);
  return path.resolve(outfile);
}

function say(text) {
  process.stdout.write(`scrip  ${text}\n`);
}

function fail(text) {
  process.stderr.write(`scrip  ${text}\n`);
  process.exit(1);
}
