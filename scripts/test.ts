import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { explain, say, step, warn } from "./console";
import { startServer } from "./postgres/server";

const home = `.scrip/test-${process.pid}`;

async function main(): Promise<number> {
  const server = await step("starting a PostgreSQL for the tests", () => startServer({ home, isThrowaway: true }));
  try {
    return await vitest(server.ownerUrl, process.argv.slice(2));
  } finally {
    await server.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

function vitest(server: string, args: string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      ["node_modules/vitest/vitest.mjs", "run", "--config", "tests/vitest.config.ts", ...args],
      {
        stdio: "inherit",
        env: { ...process.env, SCRIP_TEST_SERVER: server, SCRIP_TEST_HOME: home },
      },
    );
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  warn(explain(error));
  say("0 passed, 1 failed, 0 skipped");
  process.exitCode = 1;
}
