import { runBench } from "../../tests/load/run-bench";
import { say } from "../console";
import { runTask } from "../task";

await runTask(() => runBench(process.env["PROOF"] === "quick", say));
