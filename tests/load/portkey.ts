import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { freePort } from "../../scripts/ports";
import { startWorker, type Worker } from "../support/worker";

/** The gateway that ours is compared with. It bills nothing. Installed when it is measured: it is no dependency of ours. */
const PACKAGE = "@portkey-ai/gateway";
const VERSION = "1.15.2";
const INSTALL_LIMIT_MS = 60_000;

/** Install it under `folder`, unless it is there. Answers its start file, or null, saying so, where no registry offers it. */
export function installPortkey(folder: string, say: (text: string) => void): string | null {
  const file = path.resolve(folder, "node_modules", PACKAGE, "build/start-server.js");
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "package.json"), '{"private":true}\n');
  const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--fetch-retries=0"];
  const npm = ["install", ...flags, `${PACKAGE}@${VERSION}`];
  const { status } = spawnSync("npm", npm, { cwd: folder, stdio: "ignore", timeout: INSTALL_LIMIT_MS });
  if (status === 0 && existsSync(file)) return file;
  say(`npm offers no ${PACKAGE}@${VERSION} here: the row that compares with it is left out`);
  return null;
}

/** Start it on a free port. */
export async function startPortkey(file: string, logFile: string): Promise<Worker> {
  const port = await freePort();
  return startWorker({
    name: "Portkey",
    file,
    args: [`--port=${port}`, "--headless"],
    url: `http://127.0.0.1:${port}`,
    logFile,
  });
}

/** What a request to it says beside what any request says: where the stub is. */
export const portkeyHeaders = (stubOrigin: string): Record<string, string> => ({
  "x-portkey-provider": "openai",
  "x-portkey-custom-host": `${stubOrigin}/v1`,
});
