import { readInstance } from "../demo/instance";
import { onStage } from "../demo/stage";
import { account, buy, contribute, spend, vest } from "../demo/story";
import { runTask } from "../run-task";

// `npm run demo`: the whole story against the demo that `npm start` runs, through its HTTP APIs alone. Every run has users,
// a model, a channel and a supplier's account of its own, so that each prints the same.

await runTask(async () => {
  const instance = readInstance();
  process.stdout.write("\n  Scrip, from purchase to profit\n");
  await onStage(instance, async (stage) => {
    await buy(instance, stage);
    const contribution = await contribute(instance, stage);
    await spend(instance, stage);
    await vest(instance, stage, contribution);
    await account(instance, stage);
  });
  process.stdout.write("\n  Every figure is as it should be.\n\n");
});
