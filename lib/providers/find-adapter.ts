import type { Adapter } from "./adapter";
import { ADAPTERS } from "./adapters";

/** The adapter of a supplier; null for an id that names none. */
export function findAdapter(provider: string): Adapter | null {
  // Only own names: an id such as "constructor" names no supplier.
  return Object.hasOwn(ADAPTERS, provider) ? ADAPTERS[provider as keyof typeof ADAPTERS] : null;
}
