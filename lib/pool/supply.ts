import { type Catalogue, costCardAt, isFor, type ModelWithCards } from "../catalog";
import type { Tx } from "../db";
import { findAdapter, PROTOCOL_CAPABILITIES } from "../providers";
import { type KeyNeeds, mayServe } from "./choose-key";
import type { PoolKey } from "./pool-key";
import { listSupplying } from "./pool.store";

/** Keys in use that have something left, one of each kind that routing tells apart. */
export type Supply = readonly Pick<PoolKey, "channel" | "ownerId">[];

/** What there is to serve with. One query. */
export async function readSupply(reader: Tx): Promise<Supply> {
  const kinds = new Map((await listSupplying(reader)).map((key) => [`${key.channel.id} ${key.ownerId === null}`, key]));
  return [...kinds.values()];
}

/** Whether a request with these needs can be served, now or after a wait for a key that cools down. */
const isSupplied = (supply: Supply, needs: KeyNeeds): boolean => supply.some((key) => mayServe(key, needs));

/** Whether the gateway speaks a protocol in which the model can be called at its supplier. */
export function isSpoken(model: ModelWithCards): boolean {
  const endpoints = findAdapter(model.provider)?.endpoints ?? {};
  return Object.entries(PROTOCOL_CAPABILITIES).some(
    ([protocol, capability]) => endpoints[protocol] !== undefined && isFor(model, capability),
  );
}

/** The models that somebody's request can be served with now, by id. */
export function availableModels(
  { models }: Catalogue,
  supply: Supply,
  { providersOff, nowMs }: { providersOff: readonly string[]; nowMs: number },
): ReadonlySet<string> {
  const available = [...models.values()].filter((model) => {
    const { id: modelId, provider } = model;
    const needs = { provider, modelId, channels: [], isCosted: costCardAt(model, nowMs) !== null, avoidsRelays: false };
    return !providersOff.includes(provider) && isSpoken(model) && isSupplied(supply, needs);
  });
  return new Set(available.map(({ id }) => id));
}
