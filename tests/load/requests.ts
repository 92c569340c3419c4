import { STAGE_MODEL } from "../support/stage";
import { promptOfTokens } from "../../workers/sandbox/openai";

const PROMPT = promptOfTokens(STAGE_MODEL, 1000, 500);
/** What the stub takes as the wish to be streamed to until it is released. */
const HOLD = " hold";

export type RequestKind = "whole" | "streamed" | "held";

/** A request of 1,000 tokens for 500, as it goes over the wire. */
export function chatRequest(secret: string, kind: RequestKind, headers: Record<string, string> = {}): string {
  const isStreamed = kind !== "whole";
  const body = JSON.stringify({
    model: STAGE_MODEL,
    messages: [{ role: "user", content: kind === "held" ? PROMPT + HOLD : PROMPT }],
    max_tokens: 500,
    stream: isStreamed,
    ...(isStreamed ? { stream_options: { include_usage: true } } : {}),
  });
  const lines = {
    host: "127.0.0.1",
    authorization: `Bearer ${secret}`,
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    ...headers,
  };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /v1/chat/completions HTTP/1.1\r\n${head.join("")}\r\n${body}`;
}
