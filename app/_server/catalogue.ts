import { type Catalogue, loadCatalogue } from "@/lib/catalog";
import { readConfigVersion } from "@/lib/db";
import { nowMs } from "@/lib/time";
import { webDatabase } from "./database";

type Kept = { catalogue: Catalogue; version: bigint };
// One copy a process, whichever of Next's bundles asks.
const held = globalThis as { scripCatalogue?: Kept };

/** Models and channels as they are now: from memory, loaded again when the one row of versions says that they changed. */
export async function readCatalogue(): Promise<Catalogue> {
  const { reader, pool } = webDatabase();
  const { catalog: version } = await readConfigVersion(pool);
  const kept = held.scripCatalogue;
  const catalogue = kept?.version === version ? kept.catalogue : await loadCatalogue(reader, nowMs());
  held.scripCatalogue = { catalogue, version };
  return catalogue;
}
