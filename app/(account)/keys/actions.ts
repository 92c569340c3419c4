"use server";

import { revalidatePath } from "next/cache";
import { act, type Acted } from "@/app/_server/action";
import { ApiKeyInput, createApiKey, revokeApiKey, rotateApiKey, updateApiKey } from "@/lib/auth";
import { ScripError } from "@/lib/errors";
import { fromPublicId, type Uuid } from "@/lib/ids";
import { nowMs, toIso } from "@/lib/time";
import type { CreateKeyForm } from "./_components/key-view";

/** A new secret, to be shown once. */
export type NewSecret = { name: string; secret: string };
export type CreateOutcome = Acted<NewSecret> | { outcome: "invalid"; fields: string[] };

const DAY_MS = 24 * 60 * 60 * 1000;
const NAME_MAX = 100;

function keyId(publicId: string): Uuid {
  const id = fromPublicId("apiKey", publicId);
  if (!id) throw new ScripError("not_found", "There is no such key.");
  return id;
}

/** Make a key. Its secret is in this reply and nowhere else. */
export async function createKey(form: CreateKeyForm): Promise<CreateOutcome> {
  const { expiresInDays: days, name, scopes, models, ips } = form;
  const expiresAt = days === null ? null : toIso(nowMs() + days * DAY_MS);
  const parsed = ApiKeyInput.safeParse({ name, scopes, models, ips, expires_at: expiresAt });
  if (!parsed.success) return { outcome: "invalid", fields: parsed.error.issues.map(({ path }) => String(path[0])) };
  const created = await act(async (tx, ctx, user) => {
    const input = { userId: user.id, key: parsed.data, mayGiveAdmin: user.role === "admin" };
    const { key, secret } = await createApiKey(tx, ctx, input);
    return { name: key.name, secret };
  }, "keys");
  revalidatePath("/keys");
  return created;
}

/** Give a key another name. */
export async function renameKey(id: string, name: string): Promise<Acted<null>> {
  const text = name.trim();
  const renamed = await act(async (tx, ctx, user) => {
    if (text.length === 0 || text.length > NAME_MAX) {
      throw new ScripError("validation_failed", "A name has 1 to 100 characters.");
    }
    await updateApiKey(tx, ctx, { userId: user.id, apiKeyId: keyId(id), patch: { name: text }, mayGiveAdmin: false });
    return null;
  });
  revalidatePath("/keys");
  return renamed;
}

/** Give a key a new secret; the old one ends at once. */
export async function rotateKey(id: string): Promise<Acted<NewSecret>> {
  const rotated = await act(async (tx, ctx, user) => {
    const input = { userId: user.id, apiKeyId: keyId(id), mayGiveAdmin: user.role === "admin" };
    const { key, secret } = await rotateApiKey(tx, ctx, input);
    return { name: key.name, secret };
  }, "keys");
  revalidatePath("/keys");
  return rotated;
}

/** End a key for good. */
export async function revokeKey(id: string): Promise<Acted<null>> {
  const revoked = await act(async (tx, ctx, user) => {
    await revokeApiKey(tx, ctx, { userId: user.id, apiKeyId: keyId(id) });
    return null;
  });
  revalidatePath("/keys");
  return revoked;
}
