import { baseUrlProblem } from "../base-url";
import type { SupplierAddress } from "../http";
import type { Adapter } from "./adapter";

/**
 * Where a supplier answers: the channel's own address, else the one from the environment, else its public one.
 *
 * Without a trailing slash. Null where nobody named one.
 */
export function resolveBaseUrl(
  adapter: Pick<Adapter, "id" | "baseUrl">,
  channelBaseUrl: string | null,
  overrides: ReadonlyMap<string, string>,
): string | null {
  const baseUrl = channelBaseUrl ?? overrides.get(adapter.id) ?? adapter.baseUrl;
  return baseUrl === null ? null : baseUrl.replace(/\/+$/, "");
}

/**
 * Where a supplier is called, and how far connections to it may lead: into a private network only by an address that the
 * environment names, or by a channel's where the setting `private_upstreams` allows that.
 *
 * Null where there is no address, or one that no call can be made to.
 */
export function supplierAddress(
  adapter: Pick<Adapter, "id" | "baseUrl">,
  channelBaseUrl: string | null,
  { overrides, privateUpstreams }: { overrides: ReadonlyMap<string, string>; privateUpstreams: boolean },
): SupplierAddress | null {
  const baseUrl = resolveBaseUrl(adapter, channelBaseUrl, overrides);
  if (baseUrl === null || baseUrlProblem(baseUrl) !== null) return null;
  const mayBePrivate = channelBaseUrl === null ? overrides.has(adapter.id) : privateUpstreams;
  return { baseUrl, reach: mayBePrivate ? "anywhere" : "public" };
}
