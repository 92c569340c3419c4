import type { Figures } from "./figures";
import { median } from "./figures";
import type { LoadMaker } from "./load-maker";
import type { DriveCommand } from "./generator";
import type { Worker } from "../support/worker";

/** A server that is measured, and the requests that it is sent. */
export type Subject = { name: string; worker: Worker; whole: string[]; streamed: string[]; held: string[] };
export type Lengths = { seconds: number; warmUpSeconds: number; runs: number };
/** One run of one subject. Units: processor time in microseconds a request; `makerBusy` is a share of one core. */
export type Run = Figures & { cpuUs: number; makerBusy: number };

export const portOf = ({ worker }: Subject): number => Number(new URL(worker.url).port);

/** Drive a subject once. */
export async function runOnce(maker: LoadMaker, subject: Subject, order: Omit<DriveCommand, "port">): Promise<Run> {
  let beforeMs = Number.NaN;
  const { figures, busy } = await maker.drive({ ...order, port: portOf(subject) }, () => {
    beforeMs = subject.worker.cpuMs();
  });
  const cpuUs = ((subject.worker.cpuMs() - beforeMs) * 1000) / figures.requests;
  return { ...figures, cpuUs, makerBusy: busy };
}

/** Run the subjects in turn, A B A B, so that what else the machine does meets them alike. */
export async function interleave<T>(
  subjects: readonly Subject[],
  runs: number,
  run: (subject: Subject) => Promise<T>,
): Promise<Map<string, T[]>> {
  const results = new Map<string, T[]>(subjects.map(({ name }) => [name, []]));
  for (let turn = 0; turn < runs; turn++) {
    for (const subject of subjects) results.get(subject.name)?.push(await run(subject));
  }
  return results;
}

/** The median of one figure over a subject's runs. */
export const medianOf = (runs: readonly Run[] | undefined, figure: (run: Run) => number): number =>
  median((runs ?? []).map(figure));

/** Refuses figures that came with errors: a server that fails fast isn't fast. */
export function requireNoErrors(results: ReadonlyMap<string, readonly Run[]>): void {
  for (const [name, runs] of results) {
    const errors = runs.reduce((sum, run) => sum + run.errors, 0);
    const served = runs.reduce((sum, run) => sum + run.requests, 0);
    if (errors > 0 || served === 0) throw new Error(`${name}: ${errors} of ${served + errors} requests failed`);
  }
}
