import { type Catalogue, loadCatalogue } from "@/lib/catalog";
import { readConfigVersion } from "@/lib/db";
import { nowMs } from "@/lib/time";
import { webDatabase } from "./database";

const CHECK_EVERY_MS = 1_000;

type Kept = { catalogue: Catalogue; version: bigint; checkedMs: number };
// One copy a process, whichever of Next's bundles asks.
const held = globalThis as { scripCatalogue?: Kept };

/** Models and channels as they are now: from memory, loaded again when the one row of versions says that they changed. */
export async function currentCatalogue(): Promise<Catalogue> {
  const now = nowMs();
  const { reader, pool } = webDatabase();
  const { catalog: version } = await readConfigVersion(pool);
  const kept = held.scripCatalogue;
  const catalogue = kept?.version === version ? kept.catalogue : await loadCatalogue(reader, now);
  held.scripCatalogue = { catalogue, version, checkedMs: now };
  return catalogue;
}

/** Models and channels from memory, at most a second behind. */
export async function readCatalogue(): Promise<Catalogue> {
  const kept = held.scripCatalogue;
  return kept && nowMs() - kept.checkedMs < CHECK_EVERY_MS ? kept.catalogue : currentCatalogue();
}
