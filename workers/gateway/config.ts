import { listAccessChanges } from "../../lib/auth";
import { type Catalogue, loadCatalogue, modelOf } from "../../lib/catalog";
import { type ConfigVersion, type Database, readConfigVersion } from "../../lib/db";
import type { Log } from "../../lib/log";
import type { Pool } from "../../lib/pool";
import { readSettings, type Settings } from "../../lib/settings";
import { delay, nowMs } from "../../lib/time";
import { AccessVersions, CHANGES_MAX } from "./authenticate";

/** What a gateway keeps in memory, as of the last look at the version row. */
export type Config = {
  catalogue(): Catalogue;
  settings(): Settings;
  /** Which keys and accounts changed when. */
  readonly access: AccessVersions;
  /** Look now. Errors: those of the database. */
  refresh(): Promise<void>;
  /**
   * Look for a model that the catalogue doesn't have: it may have been published since the last look. Whoever asks meanwhile
   * shares the look, there are at most ten a second, and nobody waits for longer than `refreshMs`: what is known stays in use
   * where the database doesn't answer. Never throws.
   */
  refreshFor(model: string): Promise<void>;
  /** Whether the last look succeeded. */
  isFresh(): boolean;
  stop(): void;
};

/** How long a request waits for a look, and how often is looked without one. */
type Waits = { refreshMs: number; pollMs?: number };

const POLL_MS = 250;
const LOOK_EVERY_MS = 100;

/**
 * Keep catalogue, settings and the pool's keys as the database has them, at most a poll late.
 *
 * Errors: throws where the first reading fails; later failures are logged once, and what is known stays in use.
 */
export async function watchConfig(database: Database, pool: Pool, log: Log, waits: Waits): Promise<Config> {
  let seen: ConfigVersion = await readConfigVersion(database.reader);
  let catalogue = await loadCatalogue(database.reader, nowMs());
  let settings = await readSettings(database.reader);
  const access = new AccessVersions(seen.keys);
  let isFresh = true;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function look(): Promise<void> {
    const version = await readConfigVersion(database.reader);
    // Before anything that can fail: a catalogue that can't be read must not keep revoked keys alive.
    if (version.keys !== seen.keys) {
      access.record(version.keys, await listAccessChanges(database.reader, seen.keys, CHANGES_MAX + 1));
      seen = { ...seen, keys: version.keys };
    }
    if (version.catalog !== seen.catalog) catalogue = await loadCatalogue(database.reader, nowMs());
    if (version.settings !== seen.settings) settings = await readSettings(database.reader);
    await pool.refresh(version);
    seen = version;
  }

  // One look after the other: what was read earlier never replaces what was read later.
  let looking: Promise<void> = Promise.resolve();
  function refresh(): Promise<void> {
    looking = looking.then(look, look);
    return looking;
  }

  let extraLook: Promise<void> | undefined;
  let lastExtraMs = Number.NEGATIVE_INFINITY;
  async function lookOnceMore(): Promise<void> {
    await delay(Math.max(0, lastExtraMs + LOOK_EVERY_MS - performance.now()));
    await looking.catch(() => undefined); // whoever asks while another look is under way waits for the same next one
    lastExtraMs = performance.now();
    extraLook = undefined;
    await refresh().catch(() => undefined); // the next turn says so
  }
  async function refreshFor(model: string): Promise<void> {
    if (modelOf(catalogue, model)) return;
    extraLook ??= lookOnceMore();
    await Promise.race([extraLook, delay(waits.refreshMs)]);
  }

  async function turn(): Promise<void> {
    try {
      await refresh();
      if (!isFresh) log.info("the configuration is read again");
      isFresh = true;
    } catch (error) {
      if (isFresh) log.error({ error }, "the configuration can't be read; the known one stays in use");
      isFresh = false;
    }
    if (!isStopped) timer = setTimeout(() => void turn(), waits.pollMs ?? POLL_MS);
  }
  timer = setTimeout(() => void turn(), waits.pollMs ?? POLL_MS);

  return {
    catalogue: () => catalogue,
    settings: () => settings,
    access,
    refresh,
    refreshFor,
    isFresh: () => isFresh,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
