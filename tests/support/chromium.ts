import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { chromium } from "@playwright/test";

/** A Chromium that can be launched: Playwright's `launchOptions`. */
export type Chromium = {
  readonly executablePath: string;
  readonly env: Record<string, string>;
  readonly args: string[];
};

const SYSTEM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const HOME = ".scrip/chromium";

/**
 * The browser to test in: of CHROMIUM_PATH, the system's, Playwright's own, or the one that an npm package carries.
 *
 * Errors: where there is none; browser tests then fail, and are not skipped.
 */
export async function findChromium(): Promise<Chromium> {
  const named = process.env["CHROMIUM_PATH"];
  if (named) {
    if (existsSync(named)) return plain(named);
    throw new Error(`CHROMIUM_PATH names ${named}, which isn't there`);
  }
  const installed = [...SYSTEM, chromium.executablePath()].find((file) => existsSync(file));
  if (installed) return plain(installed);
  const carried = await carriedChromium();
  if (carried) return carried;
  throw new Error(
    "no Chromium: install one (apt-get install chromium, npx playwright install chromium) or set CHROMIUM_PATH",
  );
}

function plain(executablePath: string): Chromium {
  return { executablePath, env: environment({}), args: ["--no-sandbox"] };
}

function environment(more: Record<string, string>): Record<string, string> {
  const own = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...Object.fromEntries(own), ...more };
}

/** The browser of @sparticuz/chromium, with the libraries that it carries for systems without NSS. Linux on x64 only. */
async function carriedChromium(): Promise<Chromium | null> {
  if (process.platform !== "linux" || process.arch !== "x64") return null;
  const { default: carrier } = await import("@sparticuz/chromium");
  const libraries = unpackLibraries("node_modules/@sparticuz/chromium/bin/al2023.tar.br");
  const executablePath = await carrier.executablePath();
  const search = [libraries, process.env["LD_LIBRARY_PATH"]].filter(Boolean).join(":");
  // Not the package's own arguments: they are for functions in a cloud, and --single-process crashes under tests.
  return { executablePath, env: environment({ LD_LIBRARY_PATH: search }), args: ["--no-sandbox", "--disable-gpu"] };
}

/** Unpack the libraries once a version of them; answers their folder. */
function unpackLibraries(archive: string): string {
  const packed = readFileSync(archive);
  const folder = path.resolve(HOME, createHash("sha256").update(packed).digest("hex").slice(0, 12));
  if (!existsSync(folder)) {
    const draft = `${folder}.${process.pid}`;
    mkdirSync(draft, { recursive: true });
    writeFileSync(path.join(draft, "libraries.tar"), brotliDecompressSync(packed));
    const { status, stderr } = spawnSync("tar", ["xf", "libraries.tar"], { cwd: draft, encoding: "utf8" });
    if (status !== 0) throw new Error(`tar can't unpack ${archive}: ${stderr}`);
    rmSync(path.join(draft, "libraries.tar"));
    renameSync(draft, folder);
  }
  const inner = path.join(folder, "al2023/lib");
  return existsSync(inner) ? inner : path.join(folder, "lib");
}
