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
