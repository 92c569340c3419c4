import type { Endpoint } from "../../../../lib/providers";
import type { Counted } from "../../protocol";
import { readMembers, spliceInner, spliceMembers } from "../json-members";
import type { ChatRequest } from "./parse";
import { creditsIn } from "./own-cost";
import { tierChange } from "./service-tier";

/**
 * The bound under the names that the caller gave it, except where the supplier only knows the older name: a bound that it
 * doesn't read bounds nothing. Both names aren't sent, since some suppliers refuse that.
 */
function capChanges(
  { particulars, outputAsked }: ChatRequest,
  outputCap: number | null,
  { outputCapField }: Endpoint,
): [string, string | null][] {
  const cap = outputCap ?? outputAsked;
  if (cap === null) return [];
  const named = particulars.caps;
  if (outputCapField === "max_tokens" && !named.includes("max_tokens")) {
    const renamed: [string, string | null][] = [["max_tokens", String(cap)]];
    return named.length > 0 ? [...renamed, ["max_completion_tokens", null]] : renamed;
  }
  if (outputCap === null) return [];
  return (named.length > 0 ? named : [outputCapField]).map((name) => [name, String(cap)]);
}

function withUsage({ bytes, particulars }: ChatRequest): string {
  const asked = '{"include_usage":true}';
  const member = particulars.members.find(({ name }) => name === "stream_options");
  if (!member) return asked;
  const value = bytes.subarray(member.valueStart, member.end);
  if (value.toString("latin1", 0, 4) === "null") return asked;
  return spliceMembers(value, particulars.options, new Map([["include_usage", "true"]])).toString("utf8");
}

/** The bytes for a supplier: the caller's, with the model's name there, a lower bound, and usage asked for in streams. */
export function limit(
  parsed: ChatRequest,
  {
    model,
    outputCap,
    endpoint,
    asksForUsage,
  }: { model: string; outputCap: number | null; endpoint: Endpoint; asksForUsage: boolean },
): Buffer {
  const changes = new Map<string, string | null>(capChanges(parsed, outputCap, endpoint));
  if (model !== parsed.model) changes.set("model", JSON.stringify(model));
  if (parsed.isStreamed && !asksForUsage) changes.set("stream_options", null);
  else if (parsed.isStreamed && !parsed.particulars.wantsUsage) changes.set("stream_options", withUsage(parsed));
  return changes.size === 0 ? parsed.bytes : spliceMembers(parsed.bytes, parsed.particulars.members, changes);
}

/** Whether a strict supplier refused `stream_options`: usage is counted here then, for callers who asked for it too. */
export const refusesUsage = ({ isStreamed }: ChatRequest, status: number, body: string): boolean =>
  isStreamed && (status === 400 || status === 422) && /stream_options|include_usage/.test(body);

/** A usage object for what the gateway counted itself. */
export const usageText = ({ inputTokens, outputTokens }: Counted, credits: string): string =>
  `{"prompt_tokens":${inputTokens},"completion_tokens":${outputTokens},"total_tokens":${inputTokens + outputTokens},"credits":${credits}}`;

/** A whole reply with its credits; where the supplier reported no usage, with what was counted. */
export function reply(bytes: Buffer, counted: Counted, credits: string): Buffer {
  const withCredits = spliceInner(bytes, "usage", creditsIn(credits));
  const members = readMembers(withCredits);
  const changes = tierChange(withCredits, members);
  if (withCredits === bytes) changes.set("usage", usageText(counted, credits));
  return changes.size === 0 ? withCredits : spliceMembers(withCredits, members, changes);
}
