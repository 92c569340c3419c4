import type { Catalogue } from "../../lib/catalog";
import { ScripError } from "../../lib/errors";
import { fieldsOf } from "../../lib/pricing";
import { BILL_FIELD_PLACES, RELAY_BILL_FIELDS } from "../../lib/providers";
import type { BodyShare } from "./read-body";
import type { Caller } from "./authenticate";
import type { RequestContext } from "./request-context";
import type { Gateway } from "./gateway-state";
import { LIMITS } from "./limits";
import type { ParsedRequest, Protocol } from "./protocol";
import type { ParsedLarge } from "./threads/thread-job";

const fieldsByCatalogue = new WeakMap<Catalogue, readonly string[]>();

/** The places in a body that any price may depend on. */
function pricedFields(catalogue: Catalogue): readonly string[] {
  const known = fieldsByCatalogue.get(catalogue);
  if (known) return known;
  const cards = [...catalogue.models.values()].flatMap(({ prices, costs }) => [...prices, ...costs]);
  const ofRelays = RELAY_BILL_FIELDS.flatMap(({ in: place, name }) => (place === "body" ? [name] : []));
  const fields = [...new Set([...BILL_FIELD_PLACES, ...ofRelays, ...cards.flatMap(({ card }) => fieldsOf(card))])];
  fieldsByCatalogue.set(catalogue, fields);
  return fields;
}

/**
 * What a body asks for. A large one is parsed in a thread, one of an account at a time, and only what is needed of it comes
 * back; for that time its parse counts with its bytes.
 *
 * Errors: `ScripError` invalid_request; unavailable where there is no memory for it, or the thread broke down.
 */
export async function parseBody(
  { parser, config }: Gateway,
  protocol: Protocol,
  context: RequestContext,
  { caller, bytes, share }: { caller: Caller; bytes: Buffer; share: BodyShare },
): Promise<ParsedRequest> {
  const { headers } = context;
  if (bytes.length <= LIMITS.smallBodyBytesMax) return protocol.parse(bytes, headers);
  const extra = bytes.length * LIMITS.parseFactor + LIMITS.parseBytes;
  const fields = pricedFields(config.catalogue());
  const isHashed = headers["idempotency-key"] !== undefined;
  let taken = 0;
  function begin(): void {
    if (context.isDisconnected) throw new ScripError("invalid_request", "The request broke off.");
    share.take(extra);
    taken = extra;
  }
  try {
    const inFlight = { kind: "parse", protocol: protocol.name, bytes, fields, isHashed } as const;
    // The thread answers a job of this kind with a parsed request.
    const parsed = (await parser.run(caller.user.id, inFlight, begin)) as ParsedLarge;
    const { values, sha256, look, ...rest } = parsed;
    return { ...rest, bytes, facts: { body: {}, headers, values }, large: { sha256, look } };
  } finally {
    share.give(taken);
  }
}
