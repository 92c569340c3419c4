import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { chromium, type LaunchOptions } from "@playwright/test";

const SYSTEM = "/usr/bin/chromium";
const LIBRARIES = path.resolve(".scrip/chromium-libs");

/** The libraries that the packaged Chromium needs beside those of a bare system, unpacked once. */
function unpackLibraries(): string {
  const folder = path.join(LIBRARIES, "lib");
  if (existsSync(folder)) return folder;
  mkdirSync(LIBRARIES, { recursive: true });
  const archive = path.join(LIBRARIES, "libs.tar");
  writeFileSync(archive, brotliDecompressSync(readFileSync("node_modules/@sparticuz/chromium/bin/al2023.tar.br")));
  const { status, stderr } = spawnSync("tar", ["xf", archive, "-C", LIBRARIES]);
  if (status !== 0) throw new Error(`the libraries of Chromium can't be unpacked: ${stderr.toString()}`);
  return folder;
}

/**
 * A Chromium to test with: the one that `CHROMIUM_PATH` names, the system's, Playwright's own, or the one in
 * node_modules, which needs no download and no installation.
 */
export async function launchOptions(): Promise<LaunchOptions> {
  const named = process.env["CHROMIUM_PATH"];
  if (named) return { executablePath: named };
  if (existsSync(SYSTEM)) return { executablePath: SYSTEM };
  if (existsSync(chromium.executablePath())) return {};
  const { default: packaged } = await import("@sparticuz/chromium");
  const libraries = [unpackLibraries(), process.env["LD_LIBRARY_PATH"]].filter(Boolean).join(":");
  return { executablePath: await packaged.executablePath(), env: { ...process.env, LD_LIBRARY_PATH: libraries } };
}
