import { foldDeltas } from "../../lib/ledger";
import type { JobContext } from "./job-context";
import type { Loop } from "./keep-doing";

const EVERY_MS = 200;
const BATCH = 10_000n;

/** Folds what flushes added to the platform's accounts. */
export const foldDeltasLoop = ({ database }: JobContext): Loop => ({
  name: "fold_deltas",
  everyMs: EVERY_MS,
  runOnce: async () => (await foldDeltas(database)) >= BATCH,
});
