import type { LoadMaker } from "./load-maker";
import type { Row } from "./report";
import type { Percentiles } from "./figures";
import { interleave, medianOf, requireNoErrors, runOnce, type Lengths, type Run, type Subject } from "./subject";

type Wanted = { measure: string; isStreamed: boolean; pick: (run: Run) => Percentiles; most: Percentiles };

const WANTED: Wanted[] = [
  {
    measure: "latency added to a whole reply at half load, p50 / p99",
    isStreamed: false,
    pick: (run) => run.whole,
    most: { p50: 8, p99: 30 },
  },
  {
    measure: "latency added to the first byte at half load, p50 / p99",
    isStreamed: true,
    pick: (run) => run.firstByte,
    most: { p50: 4, p99: 12 },
  },
];

const show = ({ p50, p99 }: Percentiles): string => `+${p50.toFixed(1)} / +${p99.toFixed(1)} ms`;

/**
 * What the gateway adds to a reply's time at half of what it can serve, against the bare pass-through at the same rate.
 * The details say what a request costs each of them at that rate. Units: milliseconds; processor time in microseconds.
 */
export async function measureLatency(
  maker: LoadMaker,
  subjects: { gateway: Subject; bare: Subject },
  perSecond: number,
  { seconds, warmUpSeconds, runs }: Lengths,
): Promise<Row[]> {
  const { gateway, bare } = subjects;
  const rows: Row[] = [];
  for (const { measure, isStreamed, pick, most } of WANTED) {
    const results = await interleave([gateway, bare], runs, (subject) =>
      runOnce(maker, subject, {
        requests: isStreamed ? subject.streamed : subject.whole,
        seconds,
        warmUpSeconds,
        load: { perSecond },
      }),
    );
    requireNoErrors(results);
    const of = (name: string): Percentiles & { cpuUs: number } => ({
      p50: medianOf(results.get(name), (run) => pick(run).p50),
      p99: medianOf(results.get(name), (run) => pick(run).p99),
      cpuUs: Math.round(medianOf(results.get(name), (run) => run.cpuUs)),
    });
    const [through, past] = [of(gateway.name), of(bare.name)];
    const added = { p50: through.p50 - past.p50, p99: through.p99 - past.p99 };
    rows.push({
      measure,
      figure: show(added),
      target: `<= ${show(most)}`,
      isMet: added.p50 <= most.p50 && added.p99 <= most.p99,
      details: { perSecond: Math.round(perSecond), gateway: through, bare: past },
    });
  }
  return rows;
}
