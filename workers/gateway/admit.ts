import { costCardAt, isFor, modelOf, type ModelWithCards, priceCardAt } from "../../lib/catalog";
import { hasScope } from "../../lib/auth";
import { ScripError } from "../../lib/errors";
import type { Terms } from "../../lib/usage";
import type { KeyNeeds } from "../../lib/pool";
import { hasPrice, unpricedParameters } from "../../lib/pricing";
import { type Adapter, type Endpoint, findAdapter, RELAY_BILL_FIELDS } from "../../lib/providers";
import type { Caller } from "./authenticate";
import type { RequestContext } from "./request-context";
import type { Gateway } from "./gateway-state";
import type { ParsedRequest, Protocol } from "./protocol";
import { type Allowance, allowanceOf } from "./rates";
import { inDebt } from "./refusals";

/** A request that may be served, under the terms of its arrival. */
export type Admitted = {
  readonly parsed: ParsedRequest;
  readonly caller: Caller;
  readonly model: ModelWithCards;
  readonly adapter: Adapter;
  readonly endpoint: Endpoint;
  readonly terms: Terms;
  /** Whether the cost card in force says what the request costs. */
  readonly isCosted: boolean;
  /** Whether it has what a relay may bill and the card has no price for. */
  readonly avoidsRelays: boolean;
  readonly allowance: Allowance;
};

const refuse = (...[code, message, details]: ConstructorParameters<typeof ScripError>): never => {
  throw new ScripError(code, message, details);
};

/** Who may call at all. Errors: `ScripError` forbidden, account_suspended, unavailable. */
export function requireGoodStanding({ config }: Gateway, caller: Caller): void {
  if (!hasScope(caller, "inference")) refuse("forbidden", "This API key has no scope for calling models: `inference`.");
  if (caller.user.suspendedMs !== null) refuse("account_suspended", "The account is suspended. Write to support.");
  if (!config.settings().switches.spending) {
    refuse("unavailable", "Spending is switched off for a while. Try again later.", { retryAfterS: 60 });
  }
}

function requireModel({ config }: Gateway, name: string): ModelWithCards {
  const model = modelOf(config.catalogue(), name);
  return (
    model ??
    refuse("model_not_found", `The model '${name.slice(0, 100)}' doesn't exist. GET /v1/models lists them.`, {
      param: "model",
    })
  );
}

/** From where and how long the key may be used at all. Errors: `ScripError` ip_not_allowed, key_expired. */
export function requireUsable({ addresses }: Gateway, { request, arrivedMs }: RequestContext, caller: Caller): void {
  const { expiresMs } = caller.key;
  if (!caller.mayCallFrom(() => addresses.addressOf(request))) {
    refuse("ip_not_allowed", "This API key may not be used from this address.");
  }
  if (expiresMs !== null && expiresMs <= arrivedMs) refuse("key_expired", "This API key has expired.");
}

/** What the key's owner allowed. Errors: `ScripError` model_not_allowed, ip_not_allowed, key_expired. */
function requireAllowed(gateway: Gateway, context: RequestContext, caller: Caller, model: ModelWithCards): void {
  const { models } = caller.key;
  if (models.length > 0 && !models.includes(model.id)) {
    refuse("model_not_allowed", `This API key may not use '${model.id}'.`, { param: "model" });
  }
  requireUsable(gateway, context, caller);
}

/** Counted requests take from a request balance, which nothing fills yet: only what falls back to credits is served. */
function requireBillable({ key }: Caller, model: ModelWithCards): void {
  if (key.billingMode !== "count") return;
  if (!model.countPrice) {
    refuse("unpriced_parameters", `'${model.id}' has no price by request, and this API key pays by request.`, {
      param: "model",
    });
  }
  refuse("insufficient_requests", "This API key has no requests left. Buy a pack of requests or bill it by token.");
}

/** How the model's supplier is called. Errors: `ScripError` invalid_request for a model that isn't for this protocol. */
function requireCallable(
  model: ModelWithCards,
  { name, capability }: Protocol,
): Pick<Admitted, "adapter" | "endpoint"> {
  if (!isFor(model, capability)) {
    refuse("invalid_request", `'${model.id}' can't be called here: it isn't a model for '${capability}'.`, {
      param: "model",
    });
  }
  const adapter = findAdapter(model.provider);
  const endpoint = adapter?.endpoints[name];
  if (adapter && endpoint) return { adapter, endpoint };
  return refuse("invalid_request", `'${model.id}' can't be called in this protocol.`, { param: "model" });
}

function refuseUnpriced({ id }: ModelWithCards, unpriced: readonly string[]): void {
  const [first] = unpriced;
  if (first === undefined) return;
  const message = `'${id}' has no price for: ${unpriced.join(", ")}. Leave that out.`;
  refuse("unpriced_parameters", message, { param: first, members: { parameters: unpriced } });
}

/** The cards in force. Errors: `ScripError` unpriced_parameters. */
function requirePriced(
  model: ModelWithCards,
  { meters }: Protocol,
  { facts }: ParsedRequest,
  adapter: Adapter,
  arrivedMs: number,
): Pick<Terms, "price" | "cost"> {
  const price = priceCardAt(model, arrivedMs);
  if (!price) {
    return refuse("unpriced_parameters", `'${model.id}' has no price yet, so it can't be called.`, {
      param: "model",
    });
  }
  refuseUnpriced(model, unpricedParameters(price.card, facts, adapter.billFields));
  if (!hasPrice(price.card, facts, meters)) {
    const message = `'${model.id}' has no price for what a request here is counted in: ${meters.join(", ")}.`;
    refuse("unpriced_parameters", message, { param: "model" });
  }
  return { price, cost: costCardAt(model, arrivedMs) };
}

/** Which keys may serve a request that was let in. */
export const needsOf = ({ model, caller, isCosted, avoidsRelays }: Omit<Admitted, "allowance">): KeyNeeds => ({
  provider: model.provider,
  modelId: model.id,
  channels: caller.key.channels,
  isCosted,
  avoidsRelays,
});

/**
 * Whether a relay may bill something of the request that has no price. It goes to the supplier itself then; where only
 * channels with addresses of their own could serve it, it is refused.
 *
 * Errors: `ScripError` unpriced_parameters.
 */
function mustAvoidRelays({ pool }: Gateway, admitted: Omit<Admitted, "avoidsRelays" | "allowance">): boolean {
  const { model, terms } = admitted;
  const unpriced = unpricedParameters(terms.price.card, terms.facts, RELAY_BILL_FIELDS);
  if (unpriced.length === 0) return false;
  const canServe = (avoidsRelays: boolean): boolean =>
    pool.maxDiscount(needsOf({ ...admitted, avoidsRelays })) !== null;
  if (canServe(false) && !canServe(true)) refuseUnpriced(model, unpriced);
  return true;
}

/**
 * Let a request in, or say what stands in its way: model, allow-lists, what the model is for, price, in this order.
 *
 * Rates, funds and capacity come after, in the order of the decision on which error wins.
 */
export function admit(
  gateway: Gateway,
  protocol: Protocol,
  context: RequestContext,
  parsed: ParsedRequest,
  caller: Caller,
): Admitted {
  const model = requireModel(gateway, parsed.model);
  requireAllowed(gateway, context, caller, model);
  const { adapter, endpoint } = requireCallable(model, protocol);
  const cards = requirePriced(model, protocol, parsed, adapter, context.arrivedMs);
  requireBillable(caller, model);
  const allowance = allowanceOf(caller, gateway.config.settings());
  const terms: Terms = {
    ...cards,
    userDiscount: allowance.discount,
    facts: { ...parsed.facts, arrivedMs: context.arrivedMs },
  };
  const isCosted = cards.cost !== null && hasPrice(cards.cost.card, parsed.facts, protocol.meters);
  const admitted = { parsed, caller, model, adapter, endpoint, terms, isCosted };
  return { ...admitted, allowance, avoidsRelays: mustAvoidRelays(gateway, admitted) };
}

/** A debt, where there is one: it is looked for only when a request is refused anyway, since the books find it else. */
export async function debtOf(gateway: Gateway, { user }: Caller): Promise<ScripError | null> {
  const balance = await gateway.balances.recent(user.walletId).catch(() => null);
  return balance && balance.debtMicros > 0n ? inDebt(gateway, balance.debtMicros) : null;
}
