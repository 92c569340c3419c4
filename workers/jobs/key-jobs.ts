import { costCardAt, isFor, loadCatalogue, modelOf, type ModelWithCards } from "../../lib/catalog";
import { referenceModelOf, refreshAdvances, revokeContribution, settleProbe } from "../../lib/contributions";
import { systemCtx } from "../../lib/ctx";
import type { Tx } from "../../lib/db";
import { toPublicId, type Uuid } from "../../lib/ids";
import { type Decimal, ZERO_NANOS } from "../../lib/money";
import {
  findProbe,
  type FingerprintRefresh,
  type KeyToProbe,
  listDueProbes,
  recordProbe,
  refreshKeyFingerprints,
  toKeyReason,
} from "../../lib/pool";
import { NO_FACTS } from "../../lib/pricing";
import { PROTOCOL_CAPABILITIES } from "../../lib/providers";
import { costFor } from "../../lib/usage";
import { type Job, processOnce, wasProcessed } from "../../lib/queue";
import { readSettings } from "../../lib/settings";
import { nowMs } from "../../lib/time";
import type { Vault } from "../../lib/vault";
import { type JobContext, type Loop, raiseAlert } from "./loop";
import { probeKey, type ProbeSettings } from "./probe-key";
import { SET_ASIDE_MS, SetAside } from "./set-aside";

export type ProbeContext = JobContext & { vault: Vault; providerBaseUrls: ReadonlyMap<string, string> };

const PROBE_KEYS_MS = 5_000;
const PROBES_MAX = 20;

async function settingsOf({ database, providerBaseUrls }: ProbeContext): Promise<ProbeSettings> {
  const atMs = nowMs();
  const catalogue = await loadCatalogue(database.reader, atMs);
  const settings = await readSettings(database.reader);
  const reference = (provider: string): ModelWithCards | null =>
    modelOf(catalogue, referenceModelOf(settings, provider) ?? "") ?? null;
  return {
    baseUrls: providerBaseUrls,
    privateUpstreams: settings.switches.private_upstreams,
    modelFor: (key) => {
      const model = modelToProbe(key, [...catalogue.models.values()], reference(key.provider), atMs);
      return model && { ...model, cost: costCardAt(model, atMs) };
    },
  };
}

/** The smallest chat: what a probe uses. */
const PROBE_USAGE = { meters: { input_tokens: 10, output_tokens: 1 }, kinds: {} };
const UNIT: Decimal = { digits: 1n, scale: 0 };

/**
 * The model that a paid probe of a key asks. A key with an advance has to serve what values it; any other is asked for the chat
 * model that costs least of those that it serves: one for images or speech says nothing of a key in a chat.
 */
export function modelToProbe(
  key: Pick<KeyToProbe, "provider" | "models" | "isUnderAdvance">,
  models: readonly ModelWithCards[],
  reference: ModelWithCards | null,
  atMs: number,
): ModelWithCards | null {
  const serves = (model: ModelWithCards): boolean =>
    model.enabled && model.provider === key.provider && (key.models === null || key.models.has(model.id));
  if (key.isUnderAdvance && reference && serves(reference)) return reference;
  const costs = models
    .filter((model) => serves(model) && isFor(model, PROTOCOL_CAPABILITIES.openai))
    .map((model) => {
      const card = costCardAt(model, atMs);
      return {
        model,
        nanos:
          card && costFor({ card, facts: { ...NO_FACTS, arrivedMs: atMs }, costFactor: UNIT }, PROBE_USAGE).costNanos,
      };
    });
  // A model whose cost isn't known may be any price.
  const known = costs.filter(({ nanos }) => nanos !== null && nanos > 0n);
  const [cheapest] = known.toSorted((one, other) => ((one.nanos ?? 0n) < (other.nanos ?? 0n) ? -1 : 1));
  return cheapest?.model ?? costs[0]?.model ?? null;
}

/** Looks at one key and acts on what was found, in a transaction of the caller's making. */
async function probeAndRecord(
  context: ProbeContext,
  key: KeyToProbe,
  settings: ProbeSettings,
  record: (effect: (tx: Tx) => Promise<void>) => Promise<unknown>,
): Promise<void> {
  const probe = await probeKey(key, settings);
  await record(async (tx) => {
    const ctx = systemCtx("probe_pool_keys", nowMs());
    const recorded = await recordProbe(tx, ctx, { poolKeyId: key.id, probe });
    const costNanos = probe.outcome === "valid" ? (probe.costNanos ?? ZERO_NANOS) : ZERO_NANOS;
    await settleProbe(tx, ctx, { poolKeyId: key.id, costNanos });
    if (recorded.outcome !== "recorded") return;
    context.log.info({ poolKey: key.id, found: probe.outcome, state: recorded.state }, "looked at a pool key");
    if (recorded.died) raiseAlert(context.log, "pool_key_died", { poolKey: key.id, provider: key.provider });
  });
}

/**
 * Looks at keys that were taken out, and at those that an advance rests on, when they are due. One that can't be looked at is set
 * aside, and the rest goes on.
 */
export function probePoolKeysLoop(context: ProbeContext, asideMs = SET_ASIDE_MS): Loop {
  const { database, vault } = context;
  const aside = new SetAside(context, "pool_key_not_probed", asideMs);
  return {
    name: "probe_pool_keys",
    everyMs: PROBE_KEYS_MS,
    async runOnce() {
      const except = aside.ids();
      const { keys, undecryptable } = await listDueProbes(database, vault, nowMs(), { limit: PROBES_MAX, except });
      for (const id of undecryptable)
        await aside.add(id, "the key can't be decrypted with the master keys of this process");
      if (keys.length + undecryptable.length === 0) return false;
      const settings = await settingsOf(context);
      for (const key of keys) {
        try {
          await probeAndRecord(context, key, settings, (effect) => database.inTransaction(effect));
        } catch (error) {
          await aside.add(key.id, error);
        }
      }
      return keys.length + undecryptable.length >= PROBES_MAX;
    },
  };
}

/** Looks at the key that a job names (`{pool_key}`), because an operator asked for it. */
export async function probePoolKeyJob(context: ProbeContext, { payload, outboxId }: Job): Promise<void> {
  if (outboxId === null || (await wasProcessed(context.database, outboxId))) return;
  const key = await findProbe(context.database, context.vault, String(payload["pool_key"]) as Uuid);
  if (!key) {
    await processOnce(context.database, outboxId, () => Promise.resolve());
    return;
  }
  const settings = await settingsOf(context);
  await probeAndRecord(context, key, settings, (effect) => processOnce(context.database, outboxId, effect));
}

/** Ends the contribution of a key that died (`{pool_key, reason}`): what hasn't vested is taken back. */
export async function closeDeadKeyJob({ database, log }: JobContext, { payload, outboxId }: Job): Promise<void> {
  if (outboxId === null) return;
  const poolKeyId = String(payload["pool_key"]) as Uuid; // written by the room of pool keys
  const reason = toKeyReason(String(payload["reason"])) ?? "invalid_key";
  await processOnce(database, outboxId, async (tx) => {
    const ended = await revokeContribution(tx, systemCtx("end_dead_key", nowMs()), { poolKeyId, reason });
    if (ended) log.warn({ poolKey: poolKeyId, reason }, "a contribution ended with its key");
  });
}

const WALLETS_MAX = 200;
const REFRESH_ADVANCES_MS = 10_000;

/** One batch of accounts whose advance isn't what it may be by now. True: there may be more. */
async function refreshSome({ database }: JobContext): Promise<boolean> {
  const ctx = systemCtx("refresh_advances", nowMs());
  return (await database.inTransaction((tx) => refreshAdvances(tx, ctx, { limit: WALLETS_MAX }))) === WALLETS_MAX;
}

/** Brings a change of the advance's settings to every account that it concerns, a batch a transaction. */
export async function refreshAdvancesJob(context: JobContext, { outboxId }: Job): Promise<void> {
  if (outboxId === null || (await wasProcessed(context.database, outboxId))) return;
  while (await refreshSome(context));
  await processOnce(context.database, outboxId, () => Promise.resolve());
}

/**
 * Closes the advance on keys that were taken out or have shown no life for a day, and opens it where they are back. What an owner
 * does, vesting and the end of a contribution don't wait for it.
 */
export const refreshAdvancesLoop = (context: JobContext): Loop => ({
  name: "refresh_advances",
  everyMs: REFRESH_ADVANCES_MS,
  runOnce: () => refreshSome(context),
});

const FINGERPRINTS_MAX = 200;

/**
 * Gives keys from before a change of how fingerprints are made those of today, a batch a transaction; a start that is cut off
 * leaves the rest to the next. A key that is in the pool twice is an alert: both rows stay as they are.
 */
export async function refreshKeyFingerprintsJob(
  { database, log }: JobContext,
  limit = FINGERPRINTS_MAX,
): Promise<void> {
  const ctx = systemCtx("renew_key_prints", nowMs());
  let renewed = 0;
  let after: Uuid | null = null;
  do {
    const input: { after: Uuid | null; limit: number } = { after, limit };
    const batch: FingerprintRefresh = await database.inTransaction((tx) => refreshKeyFingerprints(tx, ctx, input));
    for (const id of batch.duplicates) raiseAlert(log, "duplicate_pool_key", { poolKey: toPublicId("poolKey", id) });
    for (const id of batch.undecryptable) log.warn({ poolKey: toPublicId("poolKey", id) }, "a pool key doesn't open");
    renewed += batch.renewed;
    after = batch.lastId;
  } while (after !== null);
  if (renewed > 0) log.info({ renewed }, "pool keys have fingerprints of today");
}
