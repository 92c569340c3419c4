import type { Tx } from "../db";
import { readSettingsDocument } from "./read-settings-document";
import { Settings } from "./schemas";

/** The settings in force, with amounts and factors exact. Whoever keeps them watches `config_version.settings`. */
export async function readSettings(reader: Tx): Promise<Settings> {
  return Settings.parse(await readSettingsDocument(reader));
}
