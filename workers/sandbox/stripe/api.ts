import { createHash } from "node:crypto";
import { type RequestContext, headerOf, sendJsonText } from "../http";
import { countOf, type Form, formOf, readForm, textOf, textsOf } from "./form";
import { type Charge, type Intent, StripeRefusal, invalid } from "./objects";
import { createRefund } from "./refunds";
import { ageSession, createSession, expireSession } from "./sessions";
import { API_VERSION, type StripeState, require } from "./state";

const LIST_DEFAULT = 10;
const LIST_MAX = 100;

/** A page of a list, newest first, as the SDK pages through it. */
function page<T extends { id: string; created: number }>(items: Iterable<T>, form: Form, url: string): object {
  const since = countOf(formOf(form, "created"), "gte") ?? 0;
  const all = [...items].reverse().filter(({ created }) => created >= since);
  const after = textOf(form, "starting_after");
  const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  const limit = Math.min(countOf(form, "limit") ?? LIST_DEFAULT, LIST_MAX);
  const data = all.slice(from, from + limit);
  return { object: "list", url, has_more: from + limit < all.length, data };
}

/** Items whose fields are what the query asks for. */
function matching<T extends object>(items: Iterable<T>, form: Form, names: readonly (keyof T & string)[]): T[] {
  return [...items].filter((item) => names.every((name) => (textOf(form, name) ?? item[name]) === item[name]));
}

function chargeOf(stripe: StripeState, form: Form): Charge {
  const id = textOf(form, "charge");
  if (id !== null) return require(stripe.charges, id, "charge");
  const intentId = textOf(form, "payment_intent");
  if (intentId === null) throw invalid("One of charge and payment_intent is needed.", "charge", "parameter_missing");
  const intent: Intent = require(stripe.intents, intentId, "payment_intent");
  if (intent.latest_charge === null) throw invalid("This PaymentIntent has no successful charge.", "payment_intent");
  return require(stripe.charges, intent.latest_charge, "charge");
}

function refund(stripe: StripeState, form: Form): object {
  const amount = countOf(form, "amount");
  if (textOf(form, "amount") !== null && amount === null) throw invalid("Invalid positive integer", "amount");
  const request = { metadata: textsOf(form, "metadata"), ...(amount !== null && { amount }) };
  return createRefund(stripe, chargeOf(stripe, form), request);
}

/** A payment; with its charge and what that brought in, where the query asks for them in its place. */
function readIntent(stripe: StripeState, id: string, form: Form): object {
  const intent = require(stripe.intents, id, "payment_intent");
  const wanted = Object.values(textsOf(form, "expand"));
  if (intent.latest_charge === null || !wanted.includes("latest_charge.balance_transaction")) return intent;
  const charge = require(stripe.charges, intent.latest_charge, "charge");
  const entry = require(stripe.balance, charge.balance_transaction, "balance_transaction");
  return { ...intent, latest_charge: { ...charge, balance_transaction: entry } };
}

function listEvents(stripe: StripeState, form: Form): object {
  const types = Object.values(textsOf(form, "types"));
  const events = stripe.events.filter(({ type }) => types.length === 0 || types.includes(type));
  return page(events, form, "/v1/events");
}

function perform(stripe: StripeState, method: string, path: string, form: Form, origin: string): object {
  const [, noun = "", id = "", verb = ""] =
    /^\/v1\/(checkout\/sessions|radar\/early_fraud_warnings|\w+)(?:\/([^/]+))?(?:\/(\w+))?$/.exec(path) ?? [];
  const call = [method, noun, id && "{id}", verb].filter(Boolean).join(" ");
  switch (call) {
    case "POST checkout/sessions":
      return createSession(stripe, form, origin);
    case "GET checkout/sessions":
      return page(matching(stripe.sessions.values(), form, ["payment_intent"]), form, path);
    case "GET checkout/sessions {id}":
      return ageSession(stripe, require(stripe.sessions, id, "checkout.session"));
    case "POST checkout/sessions {id} expire":
      return expireSession(stripe, require(stripe.sessions, id, "checkout.session"));
    case "GET payment_intents {id}":
      return readIntent(stripe, id, form);
    case "GET charges {id}":
      return require(stripe.charges, id, "charge");
    case "POST refunds":
      return refund(stripe, form);
    case "GET refunds":
      return page(matching(stripe.refunds.values(), form, ["charge", "payment_intent"]), form, path);
    case "GET refunds {id}":
      return require(stripe.refunds, id, "refund");
    case "GET disputes":
      return page(matching(stripe.disputes.values(), form, ["charge", "payment_intent"]), form, path);
    case "GET disputes {id}":
      return require(stripe.disputes, id, "dispute");
    case "GET radar/early_fraud_warnings {id}":
      return require(stripe.warnings, id, "early_fraud_warning");
    case "GET events":
      return listEvents(stripe, form);
    case "GET events {id}":
      return require(new Map(stripe.events.map((event) => [event.id, event])), id, "event");
    default:
      throw new StripeRefusal(404, "invalid_request_error", `Unrecognized request URL (${method}: ${path}).`);
  }
}

function attempt(work: () => object): { status: number; text: string } {
  try {
    return { status: 200, text: JSON.stringify(work()) };
  } catch (error) {
    if (!(error instanceof StripeRefusal)) throw error;
    const { status, type, message, details } = error;
    return { status, text: JSON.stringify({ error: { type, message, ...details } }) };
  }
}

/** The reply under a key is the first one, for the same parameters. Source: Stripe, "Idempotent requests". */
function once(stripe: StripeState, key: string | undefined, asked: string, work: () => object) {
  if (key === undefined) return attempt(work);
  const given = stripe.replies.get(key);
  if (given && given.asked !== asked) {
    const message = "Keys for idempotent requests can only be used with the same parameters they were first used with.";
    return attempt(() => {
      throw new StripeRefusal(400, "idempotency_error", message);
    });
  }
  const reply = given ?? { asked, ...attempt(work) };
  stripe.replies.set(key, reply);
  return reply;
}

/** Answer a call of Stripe's API under `/v1`, as the official SDK makes it. */
export function answerApi(context: RequestContext): void {
  const { state, request, response, query, body } = context;
  const method = request.method ?? "GET";
  const path = new URL(request.url ?? "/", "http://stripe").pathname;
  const headers = { "request-id": context.id, "stripe-version": headerOf(request, "stripe-version") ?? API_VERSION };
  const send = (status: number, text: string): void => sendJsonText(response, status, text, headers);
  const authorization = headerOf(request, "authorization") ?? "";
  if (!/^(Bearer|Basic) \S+/.test(authorization)) {
    const error = { type: "invalid_request_error", message: "You did not provide an API key." };
    return send(401, JSON.stringify({ error }));
  }
  const fault = state.faults.take("stripe", "");
  if (fault?.status !== undefined) {
    const type = fault.status < 500 ? "invalid_request_error" : "api_error";
    const error = { type, message: "An order of the test.", ...(fault.error && { code: fault.error }) };
    return send(fault.status, JSON.stringify({ error }));
  }
  const pairs = method === "GET" ? query : new URLSearchParams(body.toString("utf8"));
  const asked = createHash("sha256")
    .update(`${method} ${path}\n${body.toString("utf8")}`)
    .digest("hex");
  const origin = `http://${headerOf(request, "host") ?? "127.0.0.1"}`;
  const key = method === "POST" ? headerOf(request, "idempotency-key") : undefined;
  const reply = once(state.stripe, key, asked, () => perform(state.stripe, method, path, readForm(pairs), origin));
  // Done, but the caller gets no reply.
  if (fault?.cut_after !== undefined) return void response.destroy();
  send(reply.status, reply.text);
}
