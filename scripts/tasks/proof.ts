import { spawnSync } from "node:child_process";
import { Stop } from "../console";
import { proveOtherNode } from "../other-node";
import { runTask } from "../task";

// The long proofs at full size, which `npm test` runs short, then the suite on the other Node that Scrip supports.
// `npm run proof -- node` runs the latter alone.

process.env["PROOF"] ??= "full";

await runTask(async () => {
  if (!process.argv.includes("node")) {
    const { status, error } = spawnSync(process.execPath, ["scripts/test.mjs", "--project", "chaos"], {
      stdio: "inherit",
    });
    if (error || status !== 0) throw new Stop(`the proofs failed${error ? `: ${error.message}` : ""}`);
  }
  await proveOtherNode();
});
