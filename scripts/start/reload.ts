import { watch } from "node:fs";
import { say } from "../console";
import type { Child } from "./children";

const QUIET_MS = 200;

/** Start sandbox, gateway and jobs anew when their sources change; the web app reloads its own. */
export function reloadOnChange(children: readonly Child[]): void {
  let timer: NodeJS.Timeout | undefined;
  const changed = (_event: string, file: string | null): void => {
    if (!file?.endsWith(".ts") || file.includes("generated")) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      say(`${file} changed: starting sandbox, gateway and jobs anew`);
      for (const child of children) if (child.plan.name !== "web") void child.restart();
    }, QUIET_MS);
  };
  for (const folder of ["lib", "workers"]) watch(folder, { recursive: true }, changed);
}
