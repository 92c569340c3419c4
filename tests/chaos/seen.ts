/** What a client saw of one request. */
export type Seen = {
  readonly caller: number;
  readonly isStream: boolean;
  /** Null where no reply came. */
  status: number | null;
  /** Of the reply's x-request-id. */
  requestId: string | null;
  /** Tokens of content that came. */
  tokens: number;
  /** Whether the reply came to its end. */
  isWhole: boolean;
  /** What the reply's usage says was charged, as it was written there. */
  credits: string | null;
  /** What broke it off. */
  problem: string | null;
};

/** The charge that a usage object states, to the letter: as a number it would be a float. */
const creditsIn = (text: string): string | null => /"credits":\s*(-?[\d.]+)/.exec(text)?.[1] ?? null;

/** Reads one event of a stream into what was seen. */
function readEvent(event: string, seen: Seen): void {
  const payload = event.replace(/^data: /, "");
  if (payload === "[DONE]") {
    seen.isWhole = true;
    return;
  }
  if (payload.includes('"error"')) seen.problem = payload;
  seen.credits = creditsIn(payload) ?? seen.credits;
  if (/"content":"[^"]/.test(payload)) seen.tokens += 1;
}

async function readStream(body: ReadableStream<Uint8Array>, seen: Seen, onToken: () => void): Promise<void> {
  const decoder = new TextDecoder();
  let pending = "";
  for await (const bytes of body) {
    pending += decoder.decode(bytes, { stream: true });
    const events = pending.split("\n\n");
    pending = events.pop() ?? "";
    for (const event of events) {
      readEvent(event, seen);
      onToken();
    }
  }
}

export type ParsedRequest = {
  url: string;
  secret: string;
  caller: number;
  isStream: boolean;
  prompt: string;
  model: string;
  maxTokens?: number;
  signal?: AbortSignal;
};

/** Send one chat request and answer how it ended; never throws. `onToken` is called as events of a stream come. */
export async function ask(
  { url, secret, caller, isStream, prompt, model, maxTokens = 2_000, signal }: ParsedRequest,
  onToken: () => void = () => undefined,
): Promise<Seen> {
  const seen: Seen = {
    caller,
    isStream,
    status: null,
    requestId: null,
    tokens: 0,
    isWhole: false,
    credits: null,
    problem: null,
  };
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify({
        model,
        messages: [{ role: "user", content: prompt }],
        max_tokens: maxTokens,
        stream: isStream,
        ...(isStream ? { stream_options: { include_usage: true } } : {}),
      }),
      ...(signal ? { signal } : {}),
    });
    seen.status = response.status;
    seen.requestId = response.headers.get("x-request-id");
    if (isStream && response.status === 200 && response.body) {
      await readStream(response.body, seen, onToken);
      return seen;
    }
    const text = await response.text();
    seen.isWhole = true;
    if (response.status === 200) seen.credits = creditsIn(text);
    else seen.problem = text;
    onToken();
  } catch (error) {
    seen.problem = String(error);
  }
  return seen;
}
