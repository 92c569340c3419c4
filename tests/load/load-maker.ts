import { fork, type ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import type { Figures } from "./figures";
import type { DriveCommand, Command, Report } from "./generator";

/** The process that makes the load and holds the stub, on a core of its own. */
export type LoadMaker = {
  readonly stubPort: number;
  /** Drive once; `onMeasuring` is called when the warm-up is over. `busy` is the share of a core that it took. */
  drive(command: DriveCommand, onMeasuring?: () => void): Promise<{ figures: Figures; busy: number }>;
  /** Hold streams open; `onHolding` is called while all are. */
  hold(
    command: Omit<Extract<Command, { kind: "hold" }>, "kind">,
    onHolding?: () => void,
  ): Promise<{ held: number; opened: number; ended: number }>;
  stop(): void;
};

type Of<K extends Report["kind"]> = Extract<Report, { kind: K }>;

/** Start it on that core; anywhere where the system has no `taskset`. */
export async function startLoadMaker(file: string, core: string | null): Promise<LoadMaker> {
  const child: ChildProcess =
    core === null
      ? fork(file)
      : spawn("taskset", ["-c", core, process.execPath, file], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const listeners = new Set<(report: Report) => void>();
  child.on("message", (report: Report) => listeners.forEach((listener) => listener(report)));
  const next = <K extends Report["kind"]>(kind: K): Promise<Of<K>> =>
    new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error("the load maker ended"));
      const listener = (report: Report): void => {
        if (report.kind !== kind) return;
        listeners.delete(listener);
        child.off("exit", ended);
        // Its kind was just checked.
        resolve(report as Of<K>);
      };
      listeners.add(listener);
      child.once("exit", ended);
    });
  const { stubPort } = await next("ready");
  return {
    stubPort,
    async drive(command, onMeasuring) {
      void next("measuring").then(onMeasuring, () => undefined);
      const done = next("driven");
      child.send({ kind: "drive", drive: command } satisfies Command);
      return done;
    },
    async hold(command, onHolding) {
      void next("holding").then(onHolding, () => undefined);
      const done = next("held");
      child.send({ kind: "hold", ...command } satisfies Command);
      return done;
    },
    stop: () => child.disconnect(),
  };
}
