import type { Tx } from "../db";
import { DEFAULT_SETTINGS } from "./defaults";
import type { SettingsDocument } from "./schemas";
import { readPolicies, readStored } from "./settings.store";

/** The settings in force as they are written: what is stored, over the defaults. */
export async function readSettingsDocument(reader: Tx): Promise<SettingsDocument> {
  const stored = await readStored(reader);
  const providers = await readPolicies(reader);
  return { ...DEFAULT_SETTINGS, ...Object.fromEntries(stored), providers };
}
