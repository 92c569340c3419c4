import { loadCatalogue, type Catalogue } from "@/lib/catalog";
import { readConfigVersion } from "@/lib/db";
import { webDatabase } from "./database";

// One copy a process, whichever of Next's bundles asks.
const held = globalThis as { scripCurrentCatalogue?: { catalogue: Catalogue; version: bigint } };

/** Models and channels as they are now: from memory, loaded again when the one row of versions says that they changed. */
export async function currentCatalogue(nowMs: number): Promise<Catalogue> {
  const { reader, pool } = webDatabase();
  const { catalog: version } = await readConfigVersion(pool);
  const kept = held.scripCurrentCatalogue;
  if (kept?.version === version) return kept.catalogue;
  const catalogue = await loadCatalogue(reader, nowMs);
  held.scripCurrentCatalogue = { catalogue, version };
  return catalogue;
}
