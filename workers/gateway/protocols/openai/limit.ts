import type { OpenAiEndpoint } from "../../../../lib/providers";
import { readMembers, spliceMembers } from "../../json-members";
import type { ChatAsk } from "./parse";

const CAPS = ["max_completion_tokens", "max_tokens"] as const;

function capChanges({ facts }: ChatAsk, cap: number, endpoint: OpenAiEndpoint): [string, string][] {
  const named = CAPS.filter((name) => typeof facts.body[name] === "number");
  return (named.length > 0 ? named : [endpoint.outputCapField]).map((name) => [name, String(cap)]);
}

function withUsage({ bytes, particulars }: ChatAsk): string {
  const asked = '{"include_usage":true}';
  const member = particulars.members.find(({ name }) => name === "stream_options");
  if (!member) return asked;
  const value = bytes.subarray(member.valueStart, member.end);
  const inner = readMembers(value);
  if (value.toString("latin1") === "null") return asked;
  return spliceMembers(value, inner, new Map([["include_usage", "true"]])).toString("utf8");
}

/** The bytes for a supplier: the caller's, with the model's name there, a lower bound, and usage asked for in streams. */
export function limit(
  ask: ChatAsk,
  { model, outputCap, endpoint }: { model: string; outputCap: number | null; endpoint: OpenAiEndpoint },
): Buffer {
  const changes = new Map<string, string>();
  if (model !== ask.model) changes.set("model", JSON.stringify(model));
  if (outputCap !== null) for (const [name, value] of capChanges(ask, outputCap, endpoint)) changes.set(name, value);
  if (ask.isStreamed && !ask.particulars.wantsUsage) changes.set("stream_options", withUsage(ask));
  return changes.size === 0 ? ask.bytes : spliceMembers(ask.bytes, ask.particulars.members, changes);
}
