import { loadavg } from "node:os";
import { keepResult } from "../support/results";
import { measureLedger } from "./measure-cycles";
import { measureHotAccount } from "./measure-hot-account";
import { measureLatency } from "./measure-latency";
import { measureStreams } from "./measure-streams";
import { measureThroughput } from "./measure-throughput";
import { makerCore, prepareBench, type Bench } from "./prepare-bench";
import { asTable, type Row } from "./report";
import type { Lengths } from "./subject";

const HALF = 0.5;
const BUSY_LOAD = 1;

type Size = Lengths & { streams: number; filling: number };
const FULL: Size = { seconds: 10, warmUpSeconds: 5, runs: 3, streams: 5_000, filling: 300_000 };
const QUICK: Size = { seconds: 2, warmUpSeconds: 1, runs: 1, streams: 500, filling: 50_000 };

async function measure(bench: Bench, size: Size, report: (row: Row) => void): Promise<void> {
  const { maker, gateway, bare } = bench;
  const { rows, gatewayPerSecond } = await measureThroughput(maker, bench, size);
  rows.forEach(report);
  (await measureLatency(maker, bench, gatewayPerSecond * HALF, size)).forEach(report);
  report(await measureHotAccount(maker, gateway, size));
  report(await measureStreams(maker, gateway, size.streams));
  await Promise.all([gateway.worker.stop(), bare.worker.stop()]);
  (await measureLedger(bench, bench.callers, size, size.filling)).forEach(report);
}

/** Measure every row, print them as a table, and keep them. `isQuick` shows that the bench runs, not how fast anything is. */
export async function runBench(isQuick: boolean, say: (text: string) => void): Promise<void> {
  const size = isQuick ? QUICK : FULL;
  const [load = 0] = loadavg();
  if (load > BUSY_LOAD) say(`this machine is busy (load ${load.toFixed(1)}): the figures will say little`);
  const bench = await prepareBench(say);
  const giveUp = (): void => void bench.close().finally(() => process.exit(1));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, giveUp);
  const rows: Row[] = [];
  try {
    await measure(bench, size, (row) => {
      rows.push(row);
      say(`${row.measure}: ${row.figure} (${row.target})`);
    });
  } finally {
    await bench.close();
  }
  const topology = `load and stub in one process on core ${makerCore() ?? "(any)"}, gateway and PostgreSQL free`;
  const file = keepResult("bench", isQuick ? "quick" : "full", { topology, loadBefore: load, size, rows });
  say(
    `\n${asTable(rows)}\n\n${rows.filter(({ isMet }) => isMet).length} of ${rows.length} targets met; kept in ${file}`,
  );
}
