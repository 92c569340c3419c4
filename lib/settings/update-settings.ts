import { isDeepStrictEqual } from "node:util";
import type { Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import { ScripError } from "../errors";
import { validationFailed } from "../http";
import { enqueue } from "../queue/enqueue";
import { DEFAULT_SETTINGS } from "./defaults";
import { mergePatch } from "./merge-patch";
import { readSettingsDocument } from "./read-settings-document";
import { Settings, type SettingsDocument } from "./schemas";
import { lockSettings, writePolicies, writeStored } from "./settings.store";

type Change = { before: Partial<SettingsDocument>; after: Partial<SettingsDocument>; document: SettingsDocument };

/** The job that follows a change of `advance_limit`: wallets have it as of then. Its payload is empty. */
export const ADVANCE_LIMIT_TOPIC = "advance_limit_changed";

/** Members that a patch removed are at their defaults again; a provider's policy is filled up to a whole one. */
function withDefaults(merged: Record<string, unknown>): unknown {
  const complete: Record<string, unknown> = { ...DEFAULT_SETTINGS, ...merged };
  for (const [name, value] of Object.entries(DEFAULT_SETTINGS)) {
    const isGroup = typeof value === "object" && !Array.isArray(value) && name !== "providers";
    if (isGroup) complete[name] = mergePatch(value, complete[name]);
  }
  return complete;
}

/** Most providers forbid sharing keys: that an operator allows it is on the record with the reason. */
function requireReasons(before: SettingsDocument["providers"], after: Policies): void {
  for (const [id, policy] of Object.entries(after)) {
    if (!policy.allowed || policy.reason.trim() !== "" || isDeepStrictEqual(before[id], policy)) continue;
    const path = `providers.${id}.reason`;
    const message = "must say why keys of this provider may be contributed, where they are allowed";
    throw new ScripError("validation_failed", `${path}: ${message}`, { errors: [{ path, message }] });
  }
}

/**
 * Change settings by a merge patch, and tell every process. Gives back what changed, for the audit log.
 *
 * Errors: `validation_failed` where the result doesn't fit, or allows keys of a provider without a reason; nothing is changed
 * then.
 */
export async function updateSettings(tx: Tx, ctx: Ctx, patch: Record<string, unknown>): Promise<Change> {
  await lockSettings(tx);
  const current = await readSettingsDocument(tx);
  // A merge of an object with an object is an object.
  const merged = withDefaults(mergePatch(current, patch) as Record<string, unknown>);
  const parsed = Settings.safeParse(merged);
  if (!parsed.success) throw validationFailed(parsed.error);
  const next = fillPolicies(merged as SettingsDocument); // it was parsed as one above
  requireReasons(current.providers, completePolicies(next));
  const change: Change = { before: {}, after: {}, document: next };
  for (const name of Object.keys(patch) as (keyof SettingsDocument)[]) {
    if (isDeepStrictEqual(current[name], next[name])) continue;
    Object.assign(change.before, { [name]: current[name] });
    Object.assign(change.after, { [name]: next[name] });
    if (name !== "providers") {
      await writeStored(
        tx,
        ctx.nowMs,
        name,
        isDeepStrictEqual(next[name], DEFAULT_SETTINGS[name]) ? undefined : next[name],
      );
    }
  }
  if (change.after.providers) await writePolicies(tx, ctx.nowMs, completePolicies(next));
  if (change.after.advance_limit !== undefined) await enqueue(tx, ADVANCE_LIMIT_TOPIC, {});
  if (Object.keys(change.after).length > 0) await bumpConfig(tx, "settings");
  return change;
}

type Policies = Parameters<typeof writePolicies>[2];

function completePolicies({ providers }: SettingsDocument): Policies {
  return Object.fromEntries(
    Object.entries(providers).map(([id, policy]) => [
      id,
      { allowed: false, note: "", reason: "", reference_model: null, pool_ceiling_usd: null, channel: null, ...policy },
    ]),
  );
}

const fillPolicies = (document: SettingsDocument): SettingsDocument => ({
  ...document,
  providers: completePolicies(document),
});
