import { createHash } from "node:crypto";
import { type ErrorCode, type ErrorDetails, ScripError } from "../../../lib/errors";
import { pickFields, type RequestFacts } from "../../../lib/pricing";
import type { Tokenizer } from "../../../lib/providers";
import type { ParsedRequest } from "../protocol";
import { findProtocol } from "../protocols";
import { estimateTexts } from "../tokens/count-texts";
import { type TextFacts, textFacts, textsAtMost } from "../tokens/token-ceiling";

/** A body that is parsed in a thread. Its bytes are shared with it, not copied. */
type LargeBody = { protocol: string; bytes: Uint8Array };
/** What is most likely, or the most that it can be, framed as suppliers other than OpenAI do. */
export type InputCount = "estimate" | "at_most";
/** What a thread does. `fields` are the places that prices may depend on. */
export type ThreadJob =
  | ({ kind: "parse"; fields: readonly string[]; isHashed: boolean } & LargeBody)
  | ({ kind: "count_input"; tokenizer: Tokenizer; count: InputCount } & LargeBody)
  | { kind: "count_texts"; tokenizer: Tokenizer; texts: readonly string[] };

/** A request without its bytes and headers, which whoever asked has, and with no more of its body than prices depend on. */
export type ParsedLarge = Omit<ParsedRequest, "bytes" | "facts"> & {
  values: RequestFacts["values"];
  sha256: Uint8Array | null;
  look: TextFacts;
};

/** What became of a job, as it crosses from one thread to the other. */
export type ThreadAnswer =
  | { outcome: "done"; result: unknown }
  | { outcome: "refused"; code: ErrorCode; message: string; details: ErrorDetails }
  | { outcome: "failed"; message: string };

const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

function parse({ protocol, bytes, fields, isHashed }: Extract<ThreadJob, { kind: "parse" }>): ParsedLarge {
  const { bytes: body, facts, ...rest } = findProtocol(protocol).parse(asBuffer(bytes), {});
  const sha256 = isHashed ? Uint8Array.from(createHash("sha256").update(body).digest()) : null;
  return { ...rest, values: pickFields(facts.body, fields), sha256, look: textFacts(body) };
}

type CountInput = Extract<ThreadJob, { kind: "count_input" }>;
async function countInput({ protocol, bytes, tokenizer, count }: CountInput): Promise<number> {
  const found = findProtocol(protocol);
  const parsed = found.parse(asBuffer(bytes), {});
  const { texts, overhead } = found.tokens(parsed, count === "estimate" ? "typical" : "largest");
  return overhead + (count === "estimate" ? estimateTexts(tokenizer, texts) : await textsAtMost(tokenizer, texts));
}

function resultOf(job: ThreadJob): unknown {
  if (job.kind === "parse") return parse(job);
  return job.kind === "count_input" ? countInput(job) : estimateTexts(job.tokenizer, job.texts);
}

/** Do a job. Never rejects. */
export async function runJob(job: ThreadJob): Promise<ThreadAnswer> {
  try {
    return { outcome: "done", result: await resultOf(job) };
  } catch (error) {
    if (!(error instanceof ScripError)) return { outcome: "failed", message: String(error) };
    const { cause: _, ...details } = error.details;
    return { outcome: "refused", code: error.code, message: error.message, details };
  }
}
