import type { LoadMaker } from "./load-maker";
import type { Row } from "./report";
import { interleave, medianOf, requireNoErrors, runOnce, type Lengths, type Run, type Subject } from "./subject";

const CONCURRENCY = 64;

const round = (value: number, places = 2): number => Number(value.toFixed(places));
const summary = (runs: readonly Run[] | undefined) => ({
  perSecond: (runs ?? []).map((run) => round(run.perSecond, 0)),
  cpuUs: (runs ?? []).map((run) => round(run.cpuUs, 1)),
  makerBusy: (runs ?? []).map((run) => round(run.makerBusy)),
});

/** How many whole replies a second pass, and what one costs in processor time, against the bare pass-through and Portkey. */
export async function measureThroughput(
  maker: LoadMaker,
  subjects: { gateway: Subject; bare: Subject; portkey: Subject | null },
  { seconds, warmUpSeconds, runs }: Lengths,
): Promise<{ rows: Row[]; gatewayPerSecond: number }> {
  const { gateway, bare, portkey } = subjects;
  const all = [gateway, bare, ...(portkey ? [portkey] : [])];
  const results = await interleave(all, runs, (subject) =>
    runOnce(maker, subject, { requests: subject.whole, seconds, warmUpSeconds, load: { concurrency: CONCURRENCY } }),
  );
  requireNoErrors(results);
  const perSecond = (name: string): number => medianOf(results.get(name), (run) => run.perSecond);
  const cpuUs = (name: string): number => medianOf(results.get(name), (run) => run.cpuUs);
  const details = {
    concurrency: CONCURRENCY,
    ...Object.fromEntries(all.map(({ name }) => [name, summary(results.get(name))])),
  };
  const share = perSecond(gateway.name) / perSecond(bare.name);
  const cost = cpuUs(gateway.name) / cpuUs(bare.name);
  const rows: Row[] = [
    {
      measure: "throughput, metered and durable, against the bare pass-through",
      figure: round(share).toString(),
      target: ">= 0.45, then 0.6",
      isMet: share >= 0.45,
      details,
    },
    {
      measure: "processor time a request, against the bare pass-through",
      figure: `${round(cost)} x`,
      target: "<= 2.0 x, then 1.6",
      isMet: cost <= 2,
      details,
    },
  ];
  if (portkey) {
    const times = perSecond(gateway.name) / perSecond(portkey.name);
    rows.push({
      measure: "throughput against Portkey",
      figure: `${round(times, 1)} x`,
      target: ">= 5 x",
      isMet: times >= 5,
      details,
    });
  }
  return { rows, gatewayPerSecond: perSecond(gateway.name) };
}
