import type { Database } from "@/lib/db";
import type { Caller } from "../support/stage";
import { fillTables, measureCycles } from "./cycles";
import { median } from "./figures";
import type { Row } from "./report";
import type { Lengths } from "./subject";

const IN_FLIGHT = [1, 16, 64, 256];

/** How many times a second one process reserves and settles, on empty and on filled tables. */
export async function measureLedger(
  databases: { owner: Database; application: Database },
  callers: readonly Caller[],
  { seconds, runs }: Lengths,
  filling: number,
): Promise<Row[]> {
  const figures: Record<string, Record<number, number>> = {};
  const measure = async (tables: string): Promise<void> => {
    const samples = new Map<number, number[]>(IN_FLIGHT.map((inFlight) => [inFlight, []]));
    await measureCycles(databases.application, callers, 64, 1);
    for (let run = 0; run < runs; run++) {
      for (const [inFlight, taken] of samples)
        taken.push(await measureCycles(databases.application, callers, inFlight, seconds));
    }
    figures[tables] = Object.fromEntries(
      [...samples].map(([inFlight, taken]) => [inFlight, Math.round(median(taken))]),
    );
  };
  await databases.owner.pool.query("analyze");
  await measure("fresh");
  const [first] = callers;
  if (first) await fillTables(databases.owner, first, filling);
  await measure("filled");
  const details = { perSecond: figures, filling };
  return Object.entries(figures).flatMap(([tables, perSecond]) => {
    const [at64 = 0, at256 = 0] = [perSecond[64], perSecond[256]];
    return [
      {
        measure: `reserve-and-settle cycles, 64 in flight, ${tables} tables`,
        figure: `${at64}/s`,
        target: ">= 3000/s",
        isMet: at64 >= 3000,
        details,
      },
      {
        measure: `cycles with 256 in flight against 64, ${tables} tables`,
        figure: (at256 / at64).toFixed(2),
        target: ">= 1",
        isMet: at256 >= at64,
        details,
      },
    ];
  });
}
