export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
export type Method = (typeof METHODS)[number];

/**
 * Every path of the management API with the methods that it knows, without what serves them: the proxy refuses others by
 * this list, and needn't load the whole API. A test holds it against the routes.
 */
export const METHODS_OF = {
  "/balance": ["GET"],
  "/transfers": ["GET"],
  "/usage": ["GET"],
  "/usage/{id}": ["GET"],
  "/keys": ["GET", "POST"],
  "/keys/{id}": ["GET", "PATCH", "DELETE"],
  "/keys/{id}/rotate": ["POST"],
  "/models": ["GET"],
  "/models/{id}": ["GET"],
  "/packs": ["GET"],
  "/checkout": ["POST"],
  "/purchases": ["GET"],
  "/purchases/{id}": ["GET"],
  "/purchases/{id}/refund": ["POST"],
  "/stripe/webhook": ["POST"],
  "/contributions/quotes": ["POST"],
  "/contributions": ["GET", "POST"],
  "/contributions/{id}": ["GET", "PATCH", "DELETE"],
  "/contributions/{id}/top-up": ["POST"],
  "/account": ["GET", "PATCH"],
  "/benefits": ["GET"],
  "/admin/users": ["GET", "POST"],
  "/admin/users/{id}": ["GET", "PUT"],
  "/admin/users/{id}/grants": ["POST"],
  "/admin/users/{id}/keys": ["GET", "POST"],
  "/admin/models": ["GET"],
  "/admin/models/{id}": ["GET", "PUT"],
  "/admin/channels": ["GET"],
  "/admin/channels/{id}": ["GET", "PUT"],
  "/admin/channels/{id}/keys": ["POST"],
  "/admin/pool": ["GET"],
  "/admin/pool/{id}/disable": ["POST"],
  "/admin/pool/{id}/enable": ["POST"],
  "/admin/pool/{id}/revalidate": ["POST"],
  "/admin/purchases/{id}/resolve": ["POST"],
  "/admin/pool/{id}/end": ["POST"],
  "/admin/pnl": ["GET"],
  "/admin/settings": ["GET", "PUT"],
  "/admin/audit": ["GET"],
  "/openapi.json": ["GET"],
} as const satisfies Record<string, readonly Method[]>;
