import { isDeepStrictEqual } from "node:util";
import type { Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import { ScripError } from "../errors";
import { validationFailed } from "../http";
import { enqueue } from "../queue/outbox";
import { DEFAULT_SETTINGS } from "./defaults";
import { Settings, type SettingsDocument } from "./schemas";
import {
  holdOffChanges,
  lockSettings,
  type Policy,
  readPolicies,
  readStored,
  writePolicies,
  writeStored,
} from "./settings.store";

/** The settings in force as they are written: what is stored, over the defaults. */
export async function readSettingsDocument(reader: Tx): Promise<SettingsDocument> {
  const stored = await readStored(reader);
  const providers = await readPolicies(reader);
  return { ...DEFAULT_SETTINGS, ...Object.fromEntries(stored), providers };
}

/** The settings in force, with amounts and factors exact. Whoever keeps them watches `config_version.settings`. */
export async function readSettings(reader: Tx): Promise<Settings> {
  return Settings.parse(await readSettingsDocument(reader));
}

/**
 * The settings in force, which can't change until this transaction has ended: for what is stored by them, and brought up to
 * date after a change. Called before anything else is locked, since a change waits for it.
 */
export async function holdSettings(tx: Tx): Promise<Settings> {
  await holdOffChanges(tx);
  return readSettings(tx);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A JSON value changed by a merge patch: objects are merged, null removes, all else replaces. Source: RFC 7396. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}

/** Settings as they are written, every provider's policy whole. */
type Document = SettingsDocument & { providers: Record<string, Policy> };
type Name = keyof SettingsDocument;
type Change = { before: Partial<SettingsDocument>; after: Partial<SettingsDocument>; document: SettingsDocument };

/** The job that follows a change of `advance_limit` or `advance_at_once`: wallets have it as of then. Its payload is empty. */
export const ADVANCE_LIMIT_TOPIC = "advance_limit_changed";

/** Members that a patch removed are at their defaults again. */
function withDefaults(merged: Record<string, unknown>): unknown {
  const complete: Record<string, unknown> = { ...DEFAULT_SETTINGS, ...merged };
  for (const [name, value] of Object.entries(DEFAULT_SETTINGS)) {
    const isGroup = typeof value === "object" && !Array.isArray(value) && name !== "providers";
    if (isGroup) complete[name] = mergePatch(value, complete[name]);
  }
  return complete;
}

/** What holds of a provider that nothing was said of. */
const NO_POLICY: Policy = {
  allowed: false,
  note: "",
  reason: "",
  reference_model: null,
  pool_ceiling_usd: null,
  channel: null,
};

/** The settings as a merge patch makes them of the current ones. Errors: `validation_failed` where they don't fit. */
function patched(current: SettingsDocument, patch: Record<string, unknown>): Document {
  // A merge of an object with an object is an object.
  const merged = withDefaults(mergePatch(current, patch) as Record<string, unknown>);
  const parsed = Settings.safeParse(merged);
  if (!parsed.success) throw validationFailed(parsed.error);
  const document = merged as SettingsDocument; // it was just parsed as one
  const policies = Object.entries(document.providers).map(([id, policy]) => [id, { ...NO_POLICY, ...policy }] as const);
  return { ...document, providers: Object.fromEntries(policies) };
}

/** Most providers forbid sharing keys: that an operator allows it is on the record with the reason. */
function requireReasons(before: SettingsDocument["providers"], after: Document["providers"]): void {
  for (const [id, policy] of Object.entries(after)) {
    if (!policy.allowed || policy.reason.trim() !== "" || isDeepStrictEqual(before[id], policy)) continue;
    const path = `providers.${id}.reason`;
    const message = "must say why keys of this provider may be contributed, where they are allowed";
    throw new ScripError("validation_failed", `${path}: ${message}`, { errors: [{ path, message }] });
  }
}

/** Store one setting of the document; what is at its default is kept nowhere. */
async function store(tx: Tx, nowMs: number, document: Document, name: Name): Promise<void> {
  if (name === "providers") return writePolicies(tx, nowMs, document.providers);
  const isDefault = isDeepStrictEqual(document[name], DEFAULT_SETTINGS[name]);
  await writeStored(tx, nowMs, name, isDefault ? undefined : document[name]);
}

const pick = (document: SettingsDocument, names: readonly Name[]): Partial<SettingsDocument> =>
  Object.fromEntries(names.map((name) => [name, document[name]]));

/**
 * Change settings by a merge patch, and tell every process. Gives back what changed, for the audit log.
 *
 * Errors: `validation_failed` where the result doesn't fit, or allows keys of a provider without a reason; nothing is changed
 * then.
 */
export async function updateSettings(tx: Tx, ctx: Ctx, patch: Record<string, unknown>): Promise<Change> {
  await lockSettings(tx);
  const current = await readSettingsDocument(tx);
  const document = patched(current, patch);
  requireReasons(current.providers, document.providers);
  // A name that isn't a setting's was refused with the rest.
  const changed = (Object.keys(patch) as Name[]).filter((name) => !isDeepStrictEqual(current[name], document[name]));
  for (const name of changed) await store(tx, ctx.nowMs, document, name);
  if (changed.includes("advance_limit") || changed.includes("advance_at_once"))
    await enqueue(tx, ADVANCE_LIMIT_TOPIC, {});
  if (changed.length > 0) await bumpConfig(tx, "settings");
  return { before: pick(current, changed), after: pick(document, changed), document };
}
