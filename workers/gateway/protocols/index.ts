import type { Protocol } from "../protocol";
import { openAiChat } from "./openai";

/** Every wire protocol. A new one is a folder here, a line of this table, and its endpoints in `lib/providers`. */
export const PROTOCOLS: readonly Protocol[] = [openAiChat];

/** Whose form errors have at paths that belong to no protocol. */
export const DEFAULT_PROTOCOL: Protocol = openAiChat;

/** The protocol of that name. Errors: throws where there is none. */
export function findProtocol(name: string): Protocol {
  const found = PROTOCOLS.find((protocol) => protocol.name === name);
  if (!found) throw new Error(`there is no protocol ${name}`);
  return found;
}

/** The protocol that a path belongs to, whatever is at it; null for a path of the gateway's own. */
export const protocolOfPath = (path: string): Protocol | null =>
  PROTOCOLS.find(({ prefix }) => path.startsWith(prefix)) ?? null;
