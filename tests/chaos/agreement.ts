import { fromPublicId } from "@/lib/ids";
import { formatCredits, micros } from "@/lib/money";
import type { LogEntry } from "../support/sandbox";
import { groupByRequest, MICROS_PER_TOKEN, type Record } from "./audit";
import type { Asked } from "./crowd";
import { isInTheWay, isTouched, type Stalled } from "./stall";

export type AgreementInput = {
  seen: readonly Asked[];
  records: ReadonlyMap<string, Record>;
  log: readonly LogEntry[];
  stalls: readonly Stalled[];
  /** Of these the ones that may end what is under way: of a gateway's lease, and of a supplier for longer than it may be silent. */
  cutting: readonly Stalled[];
};

/** What was found wrong, one sentence each, and what the three counts come to. Units: tokens. */
export type Agreement = {
  problems: string[];
  figures: {
    requests: number;
    whole: number;
    brokenOff: number;
    refused: number;
    billedTokens: number;
    chargedTokens: number;
    deliveredTokens: number;
    /** What the supplier billed and nobody was charged for, since nobody got it. */
    undeliveredTokens: number;
    /** Of these what requests cost that failed before their first byte: the platform's loss, which its records don't know. */
    unbookedTokens: number;
    chargedLate: number;
  };
};

/** Tokens that a count of a text that broke off may differ by from the supplier's, which counted as it produced. */
const COUNT_TOLERANCE = 2;

const tokensOf = (charge: bigint): number => Number(charge) / Number(MICROS_PER_TOKEN);

type Case = { one: Asked; name: string; record: Record | undefined; bills: readonly LogEntry[] };

/** A complete reply: what was billed is what was charged and what the reply said. */
function judgeWhole({ one, name, record, bills }: Case): string[] {
  if (!record) return [`${name} was complete and isn't in the ledger`];
  const billed = bills
    .filter(({ ended }) => ended === "complete")
    .reduce((sum, entry) => sum + entry.input_tokens + entry.output_tokens, 0);
  const problems = tokensOf(record.charge) === billed ? [] : [`${name}: billed ${billed}, charged ${record.charge}`];
  if (one.credits !== formatCredits(micros(record.charge)))
    problems.push(`${name} said ${one.credits} and was charged ${record.charge}`);
  if (one.isStream && one.tokens !== record.outputTokens)
    problems.push(`${name} delivered ${one.tokens} tokens and was charged for ${record.outputTokens}`);
  return problems;
}

/** A stream that broke off: what was delivered is charged, with its input, and nothing else. */
function judgeBroken({ one, name, record, bills }: Case): string[] {
  if (!record) return [`${name} was delivered in part and isn't in the ledger`];
  const delivered = one.tokens === 0 ? 0 : one.tokens + (bills[0]?.input_tokens ?? record.inputTokens);
  const gap = tokensOf(record.charge) - delivered;
  return Math.abs(gap) <= COUNT_TOLERANCE
    ? []
    : [`${name}: ${one.tokens} tokens of it were delivered, ${delivered} with its input, and ${record.charge} charged`];
}

const billedIn = (bills: readonly LogEntry[]): number =>
  bills.reduce((sum, entry) => sum + entry.input_tokens + entry.output_tokens, 0);

/** A reply that timed out before its first byte: nobody is charged, and only the supplier knows what it billed. */
const isUnbooked = (record: Record | undefined): boolean =>
  record?.status === "failed" && record.charge === 0n && record.cost === 0n;

/** What the supplier billed is known: under its request, at a cost, and never below the charge. */
function judgeBill(requestId: string, bills: readonly LogEntry[], record: Record | undefined): string[] {
  const billed = billedIn(bills);
  if (billed === 0 || isUnbooked(record)) return [];
  if (!record) return [`${requestId} was billed ${billed} tokens and isn't in the ledger`];
  const problems =
    record.cost === 0n
      ? [`${requestId} (${record.status}) was billed ${billed} tokens as ${bills[0]?.ended}, and no cost is booked`]
      : [];
  if (tokensOf(record.charge) > billed + COUNT_TOLERANCE)
    problems.push(`${requestId} was billed ${billed} tokens and charged ${record.charge}`);
  return problems;
}

function judge(seenCase: Case, input: AgreementInput): string[] {
  const { one, name, record } = seenCase;
  if (one.status === 200 && one.isWhole && one.problem === null) return judgeWhole(seenCase);
  const isRefusal = one.status !== 200;
  const hasReason = isRefusal
    ? input.stalls.some((stalled) => isInTheWay(one, stalled))
    : input.cutting.some((stalled) => isTouched(one, stalled));
  const problems = hasReason
    ? []
    : [`${name} was ${isRefusal ? "refused" : "broken off"}, and nothing that it needs stood still: ${one.problem}`];
  if (!isRefusal) return [...problems, ...judgeBroken(seenCase)];
  return record && record.charge > 0n ? [...problems, `${name} was answered ${one.status} and charged`] : problems;
}

/** Hold what was delivered, what the supplier billed and what was charged against each other, request by request. */
export function agree(input: AgreementInput): Agreement {
  const { seen, records, log } = input;
  const bills = groupByRequest(log);
  const recordOf = (requestId: string | null) => records.get((requestId && fromPublicId("request", requestId)) ?? "");
  const cases = seen.map((one): Case => {
    const name = one.requestId ?? `a request of caller ${one.caller} at place ${one.place}`;
    return { one, name, record: recordOf(one.requestId), bills: bills.get(one.requestId ?? "") ?? [] };
  });
  const all = [...records.values()];
  const billedTokens = billedIn(log);
  const chargedTokens = all.reduce((sum, { charge }) => sum + tokensOf(charge), 0);
  const isWhole = ({ one }: Case): boolean => one.status === 200 && one.isWhole && one.problem === null;
  return {
    problems: [
      ...cases.flatMap((one) => judge(one, input)),
      ...[...bills].flatMap(([requestId, entries]) => judgeBill(requestId, entries, recordOf(requestId))),
    ],
    figures: {
      requests: seen.length,
      whole: cases.filter(isWhole).length,
      brokenOff: cases.filter((one) => one.one.status === 200 && !isWhole(one)).length,
      refused: cases.filter(({ one }) => one.status !== 200).length,
      billedTokens,
      chargedTokens,
      deliveredTokens: seen.reduce((sum, { isStream, tokens }) => sum + (isStream ? tokens : 0), 0),
      undeliveredTokens: billedTokens - chargedTokens,
      unbookedTokens: [...bills]
        .filter(([requestId]) => isUnbooked(recordOf(requestId)))
        .reduce((sum, [, entries]) => sum + billedIn(entries), 0),
      chargedLate: all.filter(({ isLate }) => isLate).length,
    },
  };
}
