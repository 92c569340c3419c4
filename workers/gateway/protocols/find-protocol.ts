import type { Protocol } from "../protocol";
import { openAiChat } from "./openai";

const PROTOCOLS: readonly Protocol[] = [openAiChat];

/** The protocol of that name. Errors: throws where there is none. */
export function findProtocol(name: string): Protocol {
  const found = PROTOCOLS.find((protocol) => protocol.name === name);
  if (!found) throw new Error(`there is no protocol ${name}`);
  return found;
}
