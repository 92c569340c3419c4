import { spawn } from "node:child_process";
import { Stop } from "../console";

/**
 * Run a task of scripts/tasks in a process of its own and answer with what it wrote to standard output. A process of its
 * own, because tasks use the generated Prisma client, which this one may just have made. Errors: `Stop`.
 */
export function spawnTask(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
  input?: unknown,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["scripts/run.mjs", name], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, ...environment },
    });
    const output: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input === undefined ? "" : JSON.stringify(input));
    child.once("close", (code) => {
      if (code === 0) resolve(Buffer.concat(output).toString());
      else reject(new Stop(`the task ${name} failed; what it said stands above`));
    });
  });
}
