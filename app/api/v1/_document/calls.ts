import type { Route } from "@/app/_server/route";
import * as account from "../account/route";
import * as adminAudit from "../admin/audit/route";
import * as adminChannel from "../admin/channels/[id]/route";
import * as adminChannelKeys from "../admin/channels/[id]/keys/route";
import * as adminChannels from "../admin/channels/route";
import * as adminModel from "../admin/models/[id]/route";
import * as adminModels from "../admin/models/route";
import * as adminJobs from "../admin/jobs/route";
import * as adminJobRetry from "../admin/jobs/[id]/retry/route";
import * as adminPnl from "../admin/pnl/route";
import * as adminPool from "../admin/pool/route";
import * as adminPoolDisable from "../admin/pool/[id]/disable/route";
import * as adminPoolEnable from "../admin/pool/[id]/enable/route";
import * as adminPoolEnd from "../admin/pool/[id]/end/route";
import * as adminPoolRevalidate from "../admin/pool/[id]/revalidate/route";
import * as adminPurchases from "../admin/purchases/route";
import * as adminUsage from "../admin/usage/route";
import * as adminPurchaseRelease from "../admin/purchases/[id]/release/route";
import * as adminPurchaseResolve from "../admin/purchases/[id]/resolve/route";
import * as adminSettings from "../admin/settings/route";
import * as adminUser from "../admin/users/[id]/route";
import * as adminUserGrants from "../admin/users/[id]/grants/route";
import * as adminUserKeys from "../admin/users/[id]/keys/route";
import * as adminUsers from "../admin/users/route";
import * as balance from "../balance/route";
import * as benefits from "../benefits/route";
import * as checkout from "../checkout/route";
import * as contribution from "../contributions/[id]/route";
import * as contributionQuotes from "../contributions/quotes/route";
import * as contributionTopUp from "../contributions/[id]/top-up/route";
import * as contributions from "../contributions/route";
import * as key from "../keys/[id]/route";
import * as keyRotate from "../keys/[id]/rotate/route";
import * as keys from "../keys/route";
import * as model from "../models/[id]/route";
import * as models from "../models/route";
import * as packs from "../packs/route";
import * as purchase from "../purchases/[id]/route";
import * as purchaseRefund from "../purchases/[id]/refund/route";
import * as purchases from "../purchases/route";
import * as stripeWebhook from "../stripe/webhook/route";
import * as transfers from "../transfers/route";
import * as usage from "../usage/route";
import * as usageRecord from "../usage/[id]/route";
import { METHODS, type Method, type METHODS_OF } from "./methods";

type Paths = typeof METHODS_OF;

/** What serves each path, the document itself aside. */
const MODULES: { readonly [Path in Exclude<keyof Paths, "/openapi.json">]: Record<Paths[Path][number], Route> } = {
  "/balance": balance,
  "/transfers": transfers,
  "/usage": usage,
  "/usage/{id}": usageRecord,
  "/keys": keys,
  "/keys/{id}": key,
  "/keys/{id}/rotate": keyRotate,
  "/models": models,
  "/models/{id}": model,
  "/packs": packs,
  "/checkout": checkout,
  "/purchases": purchases,
  "/purchases/{id}": purchase,
  "/purchases/{id}/refund": purchaseRefund,
  "/stripe/webhook": stripeWebhook,
  "/contributions/quotes": contributionQuotes,
  "/contributions": contributions,
  "/contributions/{id}": contribution,
  "/contributions/{id}/top-up": contributionTopUp,
  "/account": account,
  "/benefits": benefits,
  "/admin/purchases": adminPurchases,
  "/admin/usage": adminUsage,
  "/admin/users": adminUsers,
  "/admin/users/{id}": adminUser,
  "/admin/users/{id}/grants": adminUserGrants,
  "/admin/users/{id}/keys": adminUserKeys,
  "/admin/models": adminModels,
  "/admin/models/{id}": adminModel,
  "/admin/channels": adminChannels,
  "/admin/channels/{id}": adminChannel,
  "/admin/channels/{id}/keys": adminChannelKeys,
  "/admin/pool": adminPool,
  "/admin/pool/{id}/disable": adminPoolDisable,
  "/admin/pool/{id}/enable": adminPoolEnable,
  "/admin/pool/{id}/revalidate": adminPoolRevalidate,
  "/admin/purchases/{id}/release": adminPurchaseRelease,
  "/admin/purchases/{id}/resolve": adminPurchaseResolve,
  "/admin/pool/{id}/end": adminPoolEnd,
  "/admin/jobs": adminJobs,
  "/admin/jobs/{id}/retry": adminJobRetry,
  "/admin/pnl": adminPnl,
  "/admin/settings": adminSettings,
  "/admin/audit": adminAudit,
};

/** One call: a method of a path, and what serves it. */
export type ApiCall = { path: string; method: Method; route: Route };

/** Every call of the management API, in the order of the document. */
export const CALLS: readonly ApiCall[] = Object.entries<Partial<Record<Method, Route>>>(MODULES).flatMap(
  ([path, module]) =>
    METHODS.flatMap((method) => {
      const served = module[method];
      return served ? [{ path, method, route: served }] : [];
    }),
);
