import type { LoadMaker } from "./load-maker";
import type { Row } from "./report";
import { interleave, medianOf, requireNoErrors, runOnce, type Lengths, type Subject } from "./subject";

const CLIENTS = 64;

/** What one account's 64 clients get through, against one client each of 64 accounts. */
export async function measureHotAccount(
  maker: LoadMaker,
  gateway: Subject,
  { seconds, warmUpSeconds, runs }: Lengths,
): Promise<Row> {
  const hot = { ...gateway, name: "one account", whole: gateway.whole.slice(0, 1) };
  const spread = { ...gateway, name: "64 accounts" };
  const results = await interleave([hot, spread], runs, (subject) =>
    runOnce(maker, subject, { requests: subject.whole, seconds, warmUpSeconds, load: { concurrency: CLIENTS } }),
  );
  requireNoErrors(results);
  const [one, many] = [hot, spread].map(({ name }) => medianOf(results.get(name), (run) => run.perSecond));
  const share = (one ?? 0) / (many ?? 1);
  return {
    measure: "one hot account with 64 clients, against 64 accounts",
    figure: share.toFixed(2),
    target: ">= 0.9",
    isMet: share >= 0.9,
    details: { hotPerSecond: Math.round(one ?? 0), spreadPerSecond: Math.round(many ?? 0) },
  };
}
