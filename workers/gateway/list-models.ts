import { cardJson, type Catalogue, type ModelWithCards, priceCardAt } from "../../lib/catalog";
import { ScripError } from "../../lib/errors";
import { toJson } from "../../lib/http";
import type { Caller } from "./callers";
import type { RequestContext } from "./request-context";
import type { Gateway } from "./gateway-state";

const CREATED_S = 1_700_000_000;

/** A model as OpenAI lists one, with its prices in credits; null where it has none and so can't be called. */
function show(model: ModelWithCards, nowMs: number): object | null {
  const price = priceCardAt(model, nowMs);
  if (!price || !model.enabled) return null;
  return {
    id: model.id,
    object: "model",
    created: CREATED_S,
    owned_by: model.provider,
    scrip: { prices: cardJson(price.card), context: model.contextTokens, capabilities: model.capabilities },
  };
}

const mayUse = ({ key }: Caller, id: string): boolean => key.models.length === 0 || key.models.includes(id);

function list(catalogue: Catalogue, caller: Caller, nowMs: number): string {
  const models = [...catalogue.models.values()].filter(({ id }) => mayUse(caller, id));
  return toJson({ object: "list", data: models.map((model) => show(model, nowMs)).filter((model) => model !== null) });
}

/** `GET /v1/models`, from memory: the models that the calling key may use. */
export function sendModels({ config }: Gateway, context: RequestContext, caller: Caller): void {
  context.sendJson(200, list(config.catalogue(), caller, context.arrivedMs));
}

/** `GET /v1/models/{id}`. Errors: `ScripError` model_not_found. */
export function sendModel({ config }: Gateway, context: RequestContext, caller: Caller, id: string): void {
  const model = mayUse(caller, id) ? config.catalogue().models.get(id) : undefined;
  const shown = model && show(model, context.arrivedMs);
  if (!shown)
    throw new ScripError("model_not_found", `The model '${id.slice(0, 100)}' doesn't exist.`, { param: "model" });
  context.sendJson(200, toJson(shown));
}
