import { readMembers, spliceInner, spliceMembers } from "../../json-members";
import type { Counted } from "../../protocol";

/** A usage object for what the gateway counted itself. */
export const usageText = ({ inputTokens, outputTokens }: Counted, credits: string): string =>
  `{"prompt_tokens":${inputTokens},"completion_tokens":${outputTokens},"total_tokens":${inputTokens + outputTokens},"credits":${credits}}`;

/** A whole reply with its credits; where the supplier reported no usage, with what was counted. */
export function reply(bytes: Buffer, counted: Counted, credits: string): Buffer {
  const spliced = spliceInner(bytes, "usage", "credits", credits);
  if (spliced !== bytes) return spliced;
  return spliceMembers(bytes, readMembers(bytes), new Map([["usage", usageText(counted, credits)]]));
}
