import type { Protocol } from "../../protocol";
import { body, event, surfaced } from "./error";
import { limit } from "./limit";
import { type ChatRequest, parse } from "./parse";
import { stream } from "./chunk-stream";
import { reply } from "./strip";
import { tokens } from "./tokens";
import { usage } from "./usage";

/** OpenAI's chat completions. */
export const openAiChat: Protocol<ChatRequest["particulars"]> = {
  name: "openai",
  path: "/chat/completions",
  capability: "chat",
  meters: ["requests", "input_tokens", "output_tokens"],
  numberLists: new Set(),
  parse,
  tokens,
  limit,
  usage,
  strip: { reply, stream },
  error: { body, event, surfaced },
};
