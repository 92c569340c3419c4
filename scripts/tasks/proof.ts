import { spawnSync } from "node:child_process";
import { Stop } from "../console";
import { runTask } from "../task";

// The long proofs at full size; `npm test` runs the same ones short.
await runTask(async () => {
  const environment = { ...process.env, PROOF: process.env["PROOF"] ?? "full" };
  const { status, error } = spawnSync(process.execPath, ["scripts/test.mjs", "--project", "chaos"], {
    stdio: "inherit",
    env: environment,
  });
  if (error || status !== 0) throw new Stop(`the proofs failed${error ? `: ${error.message}` : ""}`);
});
