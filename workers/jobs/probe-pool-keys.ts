import { costCardAt, loadCatalogue, modelOf, type ModelWithCards } from "../../lib/catalog";
import { settleProbe, referenceModelOf } from "../../lib/contributions";
import { systemCtx } from "../../lib/ctx";
import type { Tx } from "../../lib/db";
import type { Uuid } from "../../lib/ids";
import { ZERO_NANOS } from "../../lib/money";
import { findProbe, type KeyToProbe, listDueProbes, recordProbe } from "../../lib/pool";
import { wasProcessed, type Job, processOnce } from "../../lib/queue";
import { readSettings } from "../../lib/settings";
import { nowMs } from "../../lib/time";
import type { Vault } from "../../lib/vault";
import { type JobContext, raiseAlert } from "./job-context";
import type { Loop } from "./keep-doing";
import { probeKey, type ProbeSettings } from "./probe-key";

export type ProbeContext = JobContext & { vault: Vault; providerBaseUrls: ReadonlyMap<string, string> };

const EVERY_MS = 5_000;
const BATCH = 20;

async function settingsOf({ database, providerBaseUrls }: ProbeContext): Promise<ProbeSettings> {
  const atMs = nowMs();
  const catalogue = await loadCatalogue(database.reader, atMs);
  const settings = await readSettings(database.reader);
  const askedOf = (provider: string): ModelWithCards | null => {
    // What values a provider's keys is what they have to serve; where that isn't sold, anything that is.
    const reference = modelOf(catalogue, referenceModelOf(settings, provider) ?? "");
    if (reference?.provider === provider) return reference;
    for (const model of catalogue.models.values()) if (model.enabled && model.provider === provider) return model;
    return null;
  };
  return {
    baseUrls: providerBaseUrls,
    privateUpstreams: settings.switches.private_upstreams,
    modelOf: (provider) => {
      const model = askedOf(provider);
      return model && { ...model, cost: costCardAt(model, atMs) };
    },
  };
}

/** Looks at one key and acts on what was found, in a transaction of the caller's making. */
async function look(
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

/** Looks at keys that were taken out, and at those that an advance rests on, when they are due. */
export const probePoolKeysLoop = (context: ProbeContext): Loop => ({
  name: "probe_pool_keys",
  everyMs: EVERY_MS,
  async runOnce() {
    const due = await listDueProbes(context.database, context.vault, nowMs(), BATCH);
    if (due.length === 0) return false;
    const settings = await settingsOf(context);
    for (const key of due) await look(context, key, settings, (effect) => context.database.inTransaction(effect));
    return due.length >= BATCH;
  },
});

/** Looks at the key that a job names (`{pool_key}`), because an operator asked for it. */
export async function probePoolKeyJob(context: ProbeContext, { payload, outboxId }: Job): Promise<void> {
  if (outboxId === null || (await wasProcessed(context.database, outboxId))) return;
  const key = await findProbe(context.database, context.vault, String(payload["pool_key"]) as Uuid);
  if (!key) {
    await processOnce(context.database, outboxId, () => Promise.resolve());
    return;
  }
  const settings = await settingsOf(context);
  await look(context, key, settings, (effect) => processOnce(context.database, outboxId, effect));
}
