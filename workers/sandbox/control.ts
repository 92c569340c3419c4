import type * as z from "zod";
import { toJson, usd } from "../../lib/http";
import { nanos } from "../../lib/money";
import { toIso } from "../../lib/time";
import { quotaLeft, type Account, type Key } from "./accounts";
import { KeyInput, OrderInput, SettingsInput } from "./schemas";
import { sendJsonText, type Exchange } from "./exchange";
import { maskKey, type Entry } from "./journal";
import { OPENAI_ERRORS } from "./openai";
import { controlStripe } from "./stripe";
import { resetWorld, type World } from "./world";

const showAccount = (account: Account) => ({
  account: account.id,
  quota_usd: usd(account.grantedNanos),
  spent_usd: usd(account.spentNanos),
  left_usd: usd(quotaLeft(account)),
  requests: account.requests,
});

const showKey = (key: Key) => ({
  key: maskKey(key.secret),
  ...showAccount(key.account),
  revoked: key.isRevoked,
  rpm: key.rate?.perMinute ?? null,
  billing: key.hasBilling,
});

const showEntry = (entry: Entry) => ({
  id: entry.id,
  at: toIso(entry.atMs),
  provider: entry.provider,
  key: maskKey(entry.secret),
  account: entry.account,
  request_id: entry.requestId,
  path: entry.path,
  model: entry.model,
  stream: entry.isStream,
  status: entry.status,
  error: entry.error,
  ended: entry.ending,
  input_tokens: entry.billedInputTokens,
  output_tokens: entry.billedOutputTokens,
  sent_tokens: entry.sentOutputTokens,
  usd: usd(entry.billedNanos),
  headers: entry.headerNames,
  body_sha256: entry.bodySha256,
});

/** What a control answers: a body, or what is wrong with the call. */
type Answer = { body: unknown } | { problem: string; status?: number };

function readJson(exchange: Exchange): unknown {
  try {
    return JSON.parse(exchange.body.toString("utf8") || "{}");
  } catch {
    return undefined;
  }
}

function changeKey(exchange: Exchange, secret: string): Answer {
  const input = KeyInput.safeParse(readJson(exchange));
  if (!input.success) return { problem: input.error.message };
  const { quota_usd: grantedNanos, ...change } = input.data;
  return {
    body: showKey(
      exchange.world.accounts.change(secret, { ...change, ...(grantedNanos === undefined ? {} : { grantedNanos }) }),
    ),
  };
}

function addOrder(exchange: Exchange): Answer {
  const input = OrderInput.safeParse(readJson(exchange));
  if (!input.success) return { problem: input.error.message };
  const { error, on } = input.data;
  // Stripe's codes are its own.
  if (error !== undefined && on !== "stripe" && !OPENAI_ERRORS.has(error)) {
    return { problem: `no error ${error}; there are ${[...OPENAI_ERRORS.keys()].join(", ")}` };
  }
  exchange.world.orders.add(input.data);
  return { body: { pending: exchange.world.orders.list().length } };
}

type StripeSettings = NonNullable<z.output<typeof SettingsInput>["stripe"]>;

function changeStripe({ stripe }: World, change: StripeSettings): void {
  const { settings } = stripe.deliveries;
  if (change.webhook_url !== undefined) settings.webhookUrl = change.webhook_url;
  if (change.webhook_secret !== undefined) settings.webhookSecret = change.webhook_secret;
  if (change.delay_ms_max !== undefined) settings.delayMsMax = change.delay_ms_max;
  if (change.copies !== undefined) settings.copies = change.copies;
  if (change.drop !== undefined) settings.isDropping = change.drop;
  if (change.seed !== undefined) stripe.deliveries.seed(change.seed);
}

/** `stripe/{pay,refund,dispute}/{id}`, with what is ordered in the body. */
function orderStripe(exchange: Exchange, verb: string, id: string): Answer {
  return controlStripe(exchange.world.stripe, verb, id, readJson(exchange));
}

const showStripe = ({ stripe }: World) => ({
  pending: stripe.deliveries.pending(),
  events: stripe.events.map(({ id, type, data }) => ({ id, type, object: data.object.id })),
});

function changeSettings({ world, ...exchange }: Exchange): Answer {
  const input = SettingsInput.safeParse(readJson({ world, ...exchange }));
  if (!input.success) return { problem: input.error.message };
  const { chunk_delay_ms: chunkDelayMs, first_token_ms: firstTokenMs, prices } = input.data;
  if (chunkDelayMs !== undefined) world.pace.chunkDelayMs = chunkDelayMs;
  if (input.data.stripe) changeStripe(world, input.data.stripe);
  if (firstTokenMs !== undefined) world.pace.firstTokenMs = firstTokenMs;
  for (const [model, { input: inputPer1K, output: outputPer1K }] of Object.entries(prices ?? {})) {
    world.prices.set(model, { inputPer1K, outputPer1K });
  }
  return { body: { chunk_delay_ms: world.pace.chunkDelayMs, first_token_ms: world.pace.firstTokenMs } };
}

function endDelays({ delayed }: World): Answer {
  for (const delay of delayed) delay.abort();
  return { body: { ended: delayed.size } };
}

function showLog({ world, query }: Exchange): Answer {
  const [key, account, requestId] = [query.get("key"), query.get("account"), query.get("request_id")];
  const entries = world.journal
    .list()
    .filter((entry) => key === null || entry.secret === key)
    .filter((entry) => account === null || entry.account === account)
    .filter((entry) => requestId === null || entry.requestId === requestId);
  const billed = entries.reduce((sum, entry) => sum + entry.billedNanos, 0n);
  return { body: { data: entries.map(showEntry), usd: usd(nanos(billed)), dropped: world.journal.dropped() } };
}

function answer(exchange: Exchange): Answer {
  const { world, request, path } = exchange;
  const secret = /^\/keys\/([^/]+)$/.exec(path)?.[1];
  const [, verb = "", id = ""] = /^\/stripe\/(pay|refund|dispute)\/([^/]+)$/.exec(path) ?? [];
  if (verb && request.method === "POST") return orderStripe(exchange, verb, decodeURIComponent(id));
  const call = secret === undefined ? `${request.method} ${path}` : `${request.method} /keys/{key}`;
  switch (call) {
    case "PUT /keys/{key}":
      return changeKey(exchange, decodeURIComponent(secret ?? ""));
    case "POST /next":
      return addOrder(exchange);
    case "POST /go-on":
      return endDelays(world);
    case "PUT /settings":
      return changeSettings(exchange);
    case "GET /log":
      return showLog(exchange);
    case "GET /stripe":
      return { body: showStripe(world) };
    case "GET /accounts":
      return { body: { data: world.accounts.list().map(showAccount) } };
    case "GET /mail":
      return { body: { data: [] } };
    case "DELETE /":
      resetWorld(world);
      return { body: { reset: true } };
    default:
      return { problem: `the sandbox has no control ${request.method} ${path}`, status: 404 };
  }
}

/** Answer a call under `/_sandbox`, where tests and people set the stage and read what was billed. */
export function answerControl(exchange: Exchange): void {
  const result = answer(exchange);
  if ("problem" in result) sendJsonText(exchange.response, result.status ?? 422, toJson({ error: result.problem }));
  else sendJsonText(exchange.response, 200, toJson(result.body));
}
