import { PROTOCOL_CAPABILITIES } from "../../../../lib/providers";
import type { Protocol } from "../../protocol";
import { body, event, surfaced } from "./error";
import { limit, refusesUsage, reply } from "./limit";
import { list, one } from "./models";
import { formOf, toEvents, toWhole } from "./other-form";
import { type ChatRequest, parse } from "./parse";
import { stream } from "./chunk-stream";
import { tokens } from "./tokens";
import { usage } from "./usage";

/** OpenAI's chat completions. */
export const openAiChat: Protocol<ChatRequest["particulars"]> = {
  name: "openai",
  routes: ["/v1/chat/completions"],
  prefix: "/v1/",
  path: "/chat/completions",
  capability: PROTOCOL_CAPABILITIES.openai,
  meters: ["requests", "input_tokens", "output_tokens"],
  numberLists: new Set(),
  parse,
  tokens,
  limit,
  refusesUsage,
  usage,
  otherForm: { formOf, toWhole, toEvents },
  strip: { reply, stream },
  models: { one, list },
  error: { body, event, surfaced },
};
