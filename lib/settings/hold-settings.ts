import type { Tx } from "../db";
import { readSettings } from "./read-settings";
import type { Settings } from "./schemas";
import { holdOffChanges } from "./settings.store";

/**
 * The settings in force, which can't change until this transaction has ended: for what is stored by them, and brought up to
 * date after a change. Called before anything else is locked, since a change waits for it.
 */
export async function holdSettings(tx: Tx): Promise<Settings> {
  await holdOffChanges(tx);
  return readSettings(tx);
}
