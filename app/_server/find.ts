import { listUsers, readUsersBy, type User } from "@/lib/auth";
import type { Tx } from "@/lib/db";
import { fromPublicId } from "@/lib/ids";
import { findPurchase, type PurchaseFilter } from "@/lib/payments";
import { type AdminUsageFilter, readAnyUsage } from "@/lib/usage";

/** What an admin looks for: a part of an e-mail address, or any id that a client or a buyer saw. */
export const QUERY_MAX = 254;
const OWNERS_MAX = 100;
const DAY_MS = 86_400_000;
const STRIPE_ID = /^(cs|pi)_\w+$/;

const KINDS = ["user", "apiKey", "purchase", "request"] as const;

/** Whether a text is an id that belongs to one user, rather than a part of an address. */
export const namesOneUser = (text: string | undefined): text is string =>
  text !== undefined && KINDS.some((kind) => fromPublicId(kind, text) !== null);

/** The users that a text names: by their own id, by that of a key, an order or a request of theirs, or by a part of the address. */
export async function findOwners(tx: Tx, text: string): Promise<User[]> {
  const userId = fromPublicId("user", text);
  if (userId) return readUsersBy(tx, { ids: [userId] });
  const apiKeyId = fromPublicId("apiKey", text);
  if (apiKeyId) return readUsersBy(tx, { apiKeyId });
  const purchaseId = fromPublicId("purchase", text);
  if (purchaseId) {
    const purchase = await findPurchase(tx, purchaseId);
    return purchase ? readUsersBy(tx, { ids: [purchase.userId] }) : [];
  }
  const id = fromPublicId("request", text);
  if (id) {
    const [record] = await readAnyUsage(tx, { id }, { limit: 1, after: null });
    return record ? readUsersBy(tx, { walletIds: [record.wallet] }) : [];
  }
  return listUsers(tx, { search: text, limit: OWNERS_MAX, after: null });
}

/** The orders that a text names: by their own id or one of Stripe's, or those of the users that it names. */
export async function purchasesNamed(tx: Tx, text: string | undefined): Promise<PurchaseFilter> {
  if (text === undefined) return { all: true };
  const id = fromPublicId("purchase", text);
  if (id) return { id };
  if (STRIPE_ID.test(text)) return { stripeId: text };
  return { userIds: (await findOwners(tx, text)).map((user) => user.id) };
}

/** The requests that a text names: by their own id, by their key's, or those of the users that it names; without one, the last day's. */
export async function usageNamed(tx: Tx, text: string | undefined, nowMs: number): Promise<AdminUsageFilter> {
  if (text === undefined) return { sinceMs: nowMs - DAY_MS };
  const id = fromPublicId("request", text);
  if (id) return { id };
  const apiKeyId = fromPublicId("apiKey", text);
  if (apiKeyId) return { apiKeyId };
  return { wallets: (await findOwners(tx, text)).map(({ walletId }) => walletId) };
}
