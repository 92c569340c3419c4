import { describe, expect, it } from "vitest";
import type { InFlightRequest } from "../../../workers/gateway/in-flight-request";
import { openAiChat } from "../../../workers/gateway/protocols/openai";
import { countInput, countOutput } from "../../../workers/gateway/settle";

const MESSAGES = [{ role: "user", content: "Hi" }];
const parse = (body: string) => openAiChat.parse(Buffer.from(body), {});

/** The parts of a job that counting reads, with a tokenizer that is broken. */
function uncountable(): InFlightRequest {
  const said: unknown[] = [];
  const breaks = () => Promise.reject(new Error("the tokenizer is broken"));
  const job = {
    gateway: {
      tokens: { estimate: breaks, inputEstimate: breaks },
      log: { error: (line: unknown) => said.push(line) },
    },
    context: { publicId: "req_test" },
    protocol: openAiChat,
    admitted: {
      caller: { user: { id: "u" } },
      parsed: parse(JSON.stringify({ model: "gpt-4", messages: MESSAGES })),
      model: { contextTokens: null, upstreamModel: "gpt-4", defaultOutputCap: 1_000 },
    },
  };
  return job as unknown as InFlightRequest; // nothing else of a job is read by a count
}

describe("a request that can't be counted", () => {
  it("is charged for the most that it can be when the counting itself fails", async () => {
    const job = uncountable();
    expect(await countInput(job)).toBe(job.admitted.parsed.inputBound);
    expect(await countOutput(job, ["word", "grüße"])).toBe(4 + 7);
  });
});
