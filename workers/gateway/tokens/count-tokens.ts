import { type Tokenizer, tokenizerOf } from "../../../lib/providers";
import type { Countable, ParsedRequest, Protocol } from "../protocol";
import type { Thread } from "../threads/thread";
import type { InputCount } from "../threads/thread-job";
import { estimateTexts } from "./count-texts";
import { textsAtMost } from "./token-ceiling";

/** More text than this is counted in a thread. Units: characters. */
const THREAD_CHARS = 50_000;
/** Texts that suppliers put out: they wait in turn with the accounts, as one of them. */
const REPLIES = "replies";

/** Whose input is counted, and how its supplier counts. */
export type CountedFor = { account: string; tokenizer: Tokenizer };

/** Counts tokens as suppliers do, each text by itself, with the overhead. Units: tokens. */
export type TokenCounter = {
  /** As OpenAI counts for a model of its own. */
  count(model: string, countable: Countable): Promise<number>;
  /** Exact for OpenAI's tokenizers, else what is most likely. */
  estimate(tokenizer: Tokenizer, countable: Countable): Promise<number>;
  /** Exact for OpenAI's tokenizers, else the most that it can be. */
  atMost(tokenizer: Tokenizer, countable: Countable): Promise<number>;
  /** What a request puts in: `estimate` of it. */
  inputEstimate(protocol: Protocol, parsed: ParsedRequest, of: CountedFor): Promise<number>;
  /** What a request puts in: `atMost` of it, with the frames of who isn't OpenAI. */
  inputAtMost(protocol: Protocol, parsed: ParsedRequest, of: CountedFor): Promise<number>;
};

/** A counter that leaves long texts, and requests that were parsed in a thread, to one. */
export function createTokenCounter(thread: Thread): TokenCounter {
  async function estimate(tokenizer: Tokenizer, { texts, overhead }: Countable, account = REPLIES): Promise<number> {
    const chars = texts.reduce((sum, text) => sum + text.length, 0);
    if (chars <= THREAD_CHARS) return overhead + estimateTexts(tokenizer, texts);
    // The thread answers a job of this kind with a number.
    return overhead + ((await thread.run(account, { kind: "count_texts", tokenizer, texts })) as number);
  }

  async function countLarge(
    protocol: Protocol,
    { bytes }: ParsedRequest,
    of: CountedFor,
    count: InputCount,
  ): Promise<number> {
    const job = { kind: "count_input", protocol: protocol.name, bytes, tokenizer: of.tokenizer, count } as const;
    // The thread answers a job of this kind with a number.
    return (await thread.run(of.account, job)) as number;
  }

  async function atMost(tokenizer: Tokenizer, countable: Countable): Promise<number> {
    if (tokenizer.isOpenAi) return estimate(tokenizer, countable);
    return countable.overhead + (await textsAtMost(tokenizer, countable.texts));
  }

  return {
    count: (model, countable) => estimate(tokenizerOf("openai", model), countable),
    estimate: (tokenizer, countable) => estimate(tokenizer, countable),
    atMost,
    async inputEstimate(protocol, parsed, of) {
      if (parsed.large) return countLarge(protocol, parsed, of, "estimate");
      return estimate(of.tokenizer, protocol.tokens(parsed), of.account);
    },
    async inputAtMost(protocol, parsed, of) {
      if (parsed.large) return countLarge(protocol, parsed, of, of.tokenizer.isOpenAi ? "estimate" : "at_most");
      return atMost(of.tokenizer, protocol.tokens(parsed, of.tokenizer.isOpenAi ? "typical" : "largest"));
    },
  };
}
