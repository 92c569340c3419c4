import { readInstance } from "../demo/instance";
import { Stop } from "../console";
import { onStage, type Stage } from "../demo/stage";
import { account, buy, contribute, spend, vest } from "../demo/story";
import { runTask } from "../task";

// `npm run demo`: the whole story against the demo that `npm start` runs, through its HTTP APIs alone. Every run has users,
// a model, a channel and a supplier's account of its own, so that each prints the same.

const end = new AbortController();
const stop = (): void => end.abort(new Stop("stopped early: what it had changed is back as it was"));
// More than once, because npm hands on what the terminal sent already.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);

await runTask(async () => {
  const instance = readInstance();
  process.stdout.write("\n  Scrip, from purchase to profit\n");
  const story = async (stage: Stage): Promise<void> => {
    await buy(instance, stage);
    const contribution = await contribute(instance, stage);
    await spend(instance, stage);
    await vest(instance, stage, contribution);
    await account(instance, stage);
  };
  await onStage(instance, story, end.signal);
  process.stdout.write("\n  Every figure is as it should be.\n\n");
});

// A story that was stopped would go on otherwise.
process.exit();
