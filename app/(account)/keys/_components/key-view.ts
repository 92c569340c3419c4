import type { Scope } from "@/lib/auth";

/** A key as its page shows it. */
export type KeyView = {
  id: string;
  name: string;
  last4: string;
  scopes: Scope[];
  models: string[];
  ips: string[];
  expiresMs: number | null;
  lastUsedMs: number | null;
  createdMs: number;
};

/** What the form of a new key holds. */
export type CreateKeyForm = {
  name: string;
  scopes: Scope[];
  models: string[];
  ips: string[];
  expiresInDays: number | null;
};
