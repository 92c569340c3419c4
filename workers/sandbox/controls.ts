import * as z from "zod";
import { toJson, usd } from "../../lib/http";
import { type Nanos, nanos, parseUsd } from "../../lib/money";
import { toIso } from "../../lib/time";
import { type Account, type Key, quotaLeft } from "./accounts";
import { type RequestContext, sendJsonText } from "./http";
import { OPENAI_ERRORS } from "./openai";
import { type LogEntry, maskKey } from "./request-log";
import { type SandboxState, resetState } from "./state";
import { controlStripe } from "./stripe";

const Usd = z.number().transform((amount, context): Nanos => {
  const parsed = parseUsd(String(amount));
  if (parsed !== null) return parsed;
  context.addIssue({ code: "custom", message: "has more than 9 decimals" });
  return z.NEVER;
});
const Count = z.int().min(0).max(10_000_000);

/** `PUT /_sandbox/keys/{key}`: what changes; the rest stays. */
const KeyInput = z.strictObject({
  quota_usd: Usd.optional(),
  account: z.string().min(1).max(200).optional(),
  revoked: z.boolean().optional(),
  rpm: z.int().min(1).nullable().optional(),
  billing: z.boolean().optional(),
});

/** `POST /_sandbox/next`: what goes wrong with the next requests. */
const FaultInput = z.strictObject({
  on: z.enum(["chat", "models", "billing", "stripe"]).default("chat"),
  key: z.string().optional(),
  count: z.int().min(1).default(1),
  error: z.string().optional(),
  status: z.int().min(300).max(599).optional(),
  cut_after: Count.optional(),
  error_after: Count.optional(),
  delay_ms: Count.optional(),
  no_usage: z.boolean().optional(),
  usage: z.unknown().optional(),
});

/** `PUT /_sandbox/settings`: pace of replies in milliseconds, prices in USD per 1,000 tokens. */
const SettingsInput = z.strictObject({
  chunk_delay_ms: Count.optional(),
  first_token_ms: Count.optional(),
  prices: z.record(z.string(), z.strictObject({ input: Usd, output: Usd })).optional(),
  /** Where Stripe's events go, in how many copies, how late; `drop` loses them all. */
  stripe: z
    .strictObject({
      webhook_url: z.url().nullable().optional(),
      webhook_secret: z.string().optional(),
      delay_ms_max: Count.optional(),
      copies: z.int().min(1).max(10).optional(),
      seed: z.int().optional(),
      drop: z.boolean().optional(),
    })
    .optional(),
});

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

const showLogEntry = (entry: LogEntry) => ({
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

function readJson(context: RequestContext): unknown {
  try {
    return JSON.parse(context.body.toString("utf8") || "{}");
  } catch {
    return undefined;
  }
}

function changeKey(context: RequestContext, secret: string): Answer {
  const input = KeyInput.safeParse(readJson(context));
  if (!input.success) return { problem: input.error.message };
  const { quota_usd: grantedNanos, ...change } = input.data;
  return {
    body: showKey(
      context.state.accounts.change(secret, { ...change, ...(grantedNanos === undefined ? {} : { grantedNanos }) }),
    ),
  };
}

function addFault(context: RequestContext): Answer {
  const input = FaultInput.safeParse(readJson(context));
  if (!input.success) return { problem: input.error.message };
  const { error, on } = input.data;
  // Stripe's codes are its own.
  if (error !== undefined && on !== "stripe" && !OPENAI_ERRORS.has(error)) {
    return { problem: `no error ${error}; there are ${[...OPENAI_ERRORS.keys()].join(", ")}` };
  }
  context.state.faults.add(input.data);
  return { body: { pending: context.state.faults.list().length } };
}

type StripeSettings = NonNullable<z.output<typeof SettingsInput>["stripe"]>;

function changeStripe({ stripe }: SandboxState, change: StripeSettings): void {
  const { settings } = stripe.deliveries;
  if (change.webhook_url !== undefined) settings.webhookUrl = change.webhook_url;
  if (change.webhook_secret !== undefined) settings.webhookSecret = change.webhook_secret;
  if (change.delay_ms_max !== undefined) settings.delayMsMax = change.delay_ms_max;
  if (change.copies !== undefined) settings.copies = change.copies;
  if (change.drop !== undefined) settings.isDropping = change.drop;
  if (change.seed !== undefined) stripe.deliveries.seed(change.seed);
}

/** `stripe/{pay,refund,dispute}/{id}`, with details in the body. */
function callStripe(context: RequestContext, verb: string, id: string): Answer {
  return controlStripe(context.state.stripe, verb, id, readJson(context));
}

const showStripe = ({ stripe }: SandboxState) => ({
  pending: stripe.deliveries.pending(),
  events: stripe.events.map(({ id, type, data }) => ({ id, type, object: data.object.id })),
});

function changeSettings({ state, ...context }: RequestContext): Answer {
  const input = SettingsInput.safeParse(readJson({ state, ...context }));
  if (!input.success) return { problem: input.error.message };
  const { chunk_delay_ms: chunkDelayMs, first_token_ms: firstTokenMs, prices } = input.data;
  if (chunkDelayMs !== undefined) state.pace.chunkDelayMs = chunkDelayMs;
  if (input.data.stripe) changeStripe(state, input.data.stripe);
  if (firstTokenMs !== undefined) state.pace.firstTokenMs = firstTokenMs;
  for (const [model, { input: inputPer1K, output: outputPer1K }] of Object.entries(prices ?? {})) {
    state.prices.set(model, { inputPer1K, outputPer1K });
  }
  return { body: { chunk_delay_ms: state.pace.chunkDelayMs, first_token_ms: state.pace.firstTokenMs } };
}

function showLog({ state, query }: RequestContext): Answer {
  const [key, account, requestId] = [query.get("key"), query.get("account"), query.get("request_id")];
  const entries = state.requestLog
    .list()
    .filter((entry) => key === null || entry.secret === key)
    .filter((entry) => account === null || entry.account === account)
    .filter((entry) => requestId === null || entry.requestId === requestId);
  const billed = entries.reduce((sum, entry) => sum + entry.billedNanos, 0n);
  return { body: { data: entries.map(showLogEntry), usd: usd(nanos(billed)), dropped: state.requestLog.dropped() } };
}

function answer(context: RequestContext): Answer {
  const { state, request, path } = context;
  const secret = /^\/keys\/([^/]+)$/.exec(path)?.[1];
  const [, verb = "", id = ""] = /^\/stripe\/(pay|refund|dispute)\/([^/]+)$/.exec(path) ?? [];
  if (verb && request.method === "POST") return callStripe(context, verb, decodeURIComponent(id));
  const call = secret === undefined ? `${request.method} ${path}` : `${request.method} /keys/{key}`;
  switch (call) {
    case "PUT /keys/{key}":
      return changeKey(context, decodeURIComponent(secret ?? ""));
    case "POST /next":
      return addFault(context);
    case "POST /resume":
      return { body: { ended: state.faults.resume() } };
    case "PUT /settings":
      return changeSettings(context);
    case "GET /log":
      return showLog(context);
    case "GET /stripe":
      return { body: showStripe(state) };
    case "GET /accounts":
      return { body: { data: state.accounts.list().map(showAccount) } };
    case "GET /mail":
      return { body: { data: [] } };
    case "DELETE /":
      resetState(state);
      return { body: { reset: true } };
    default:
      return { problem: `the sandbox has no control ${request.method} ${path}`, status: 404 };
  }
}

/** Answer a call under `/_sandbox`, where tests and people set things up and read what was billed. */
export function answerControl(context: RequestContext): void {
  const result = answer(context);
  if ("problem" in result) sendJsonText(context.response, result.status ?? 422, toJson({ error: result.problem }));
  else sendJsonText(context.response, 200, toJson(result.body));
}
