import { type Catalogue, loadCatalogue } from "@/lib/catalog";
import { type ConfigVersion, readConfigVersion } from "@/lib/db";
import { openLog, type Log } from "@/lib/log";
import { availableModels, readSupply, type Supply } from "@/lib/pool";
import { readSettings, type Settings } from "@/lib/settings";
import { delay, nowMs } from "@/lib/time";
import { countWebWrites, webDatabase } from "./database";

/** What every visitor's page needs. */
type Config = {
  readonly catalogue: Catalogue;
  readonly settings: Settings;
  /** The models that can be served now, by id. */
  readonly available: ReadonlySet<string>;
};
/** It as a look at the database found it, and how much this process had written when that look began. */
type Look = Config & { version: ConfigVersion; supply: Supply; supplyMs: number; beganMs: number; writes: number };

/** Quotas are used up without a new version of the pool. */
const SUPPLY_EVERY_MS = 10_000;

const LOOK_EVERY_MS = 250;
const LOOK_MS_MAX = 1_000;
/** Who changed something isn't shown what was before as soon as others are. */
const LOOK_AFTER_WRITE_MS_MAX = 5_000;

// One copy a process, whichever of Next's bundles asks.
const held = globalThis as {
  scripConfig?: Look;
  scripConfigLook?: { writes: number; found: Promise<Look> } | undefined;
  /** Whether the last look failed. */
  scripConfigIsOld?: boolean;
};

let opened: Log | undefined;
const log = (): Log => (opened ??= openLog("web"));

/** Say it once when looks begin to fail, and once when they succeed again. */
function noteLook(failed?: { error: unknown }): void {
  const wasOld = held.scripConfigIsOld ?? false;
  held.scripConfigIsOld = failed !== undefined;
  if (failed && !wasOld) log().warn(failed, "the configuration can't be read; the known one stays in use");
  if (!failed && wasOld) log().info("the configuration can be read again");
}

async function load(known: Look | undefined, atMs: number): Promise<Omit<Look, "beganMs" | "writes">> {
  const { reader } = webDatabase();
  const version = await readConfigVersion(reader);
  const catalogue = known?.version.catalog === version.catalog ? known.catalogue : await loadCatalogue(reader, atMs);
  const settings = known?.version.settings === version.settings ? known.settings : await readSettings(reader);
  const isSupplied =
    known?.version.pool === version.pool &&
    known.version.catalog === version.catalog &&
    atMs - known.supplyMs < SUPPLY_EVERY_MS;
  const { supply, supplyMs } = isSupplied ? known : { supply: await readSupply(reader), supplyMs: atMs };
  const available = availableModels(catalogue, supply, {
    providersOff: settings.switches.providers_off,
    nowMs: atMs,
  });
  return { version, catalogue, settings, supply, supplyMs, available };
}

async function look(writes: number): Promise<Look> {
  const known = held.scripConfig;
  const beganMs = nowMs();
  const loaded = await load(known, beganMs).then(
    (fresh) => {
      noteLook();
      return fresh;
    },
    (error: unknown) => {
      if (!known) throw error;
      noteLook({ error });
      return known;
    },
  );
  const found = { ...loaded, beganMs, writes };
  // What was read before a write must not replace what was read after it.
  if (writes >= (held.scripConfig?.writes ?? 0)) held.scripConfig = found;
  return found;
}

/** The look that is under way, unless something was written since it began. */
function sharedLook(writes: number): Promise<Look> {
  if (held.scripConfigLook?.writes === writes) return held.scripConfigLook.found;
  const begun = { writes, found: look(writes) };
  held.scripConfigLook = begun;
  const end = (): void => {
    if (held.scripConfigLook === begun) held.scripConfigLook = undefined;
  };
  begun.found.then(end, end);
  return begun.found;
}

/**
 * Models, channels and settings, from memory: as they were at most 250 ms ago, what this process wrote included.
 *
 * Where the database doesn't answer within a second, or within five after this process wrote something, what is known stays
 * in use. Errors: the database's, where nothing is known yet.
 */
export async function readConfig(): Promise<Config> {
  const writes = countWebWrites();
  const known = held.scripConfig;
  if (!known) return sharedLook(writes);
  const isAfterWrite = known.writes !== writes;
  if (!isAfterWrite && nowMs() - known.beganMs < LOOK_EVERY_MS) return known;
  const limitMs = isAfterWrite ? LOOK_AFTER_WRITE_MS_MAX : LOOK_MS_MAX;
  return Promise.race([sharedLook(writes), delay(limitMs).then(() => known)]);
}
