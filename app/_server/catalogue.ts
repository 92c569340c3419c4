import { type Catalogue, loadCatalogue } from "@/lib/catalog";
import { readConfigVersion } from "@/lib/db";
import { nowMs } from "@/lib/time";
import { webDatabase } from "./database";

const CHECK_EVERY_MS = 1_000;

type Kept = { catalogue: Catalogue; version: bigint; checkedMs: number };
// One copy a process, whichever of Next's bundles asks.
const held = globalThis as { scripCatalogue?: Kept };

/** Models and channels from memory, at most a second behind; loaded again when the catalogue's version has moved. */
export async function readCatalogue(): Promise<Catalogue> {
  const now = nowMs();
  const kept = held.scripCatalogue;
  if (kept && now - kept.checkedMs < CHECK_EVERY_MS) return kept.catalogue;
  const { reader, pool } = webDatabase();
  const { catalog: version } = await readConfigVersion(pool);
  const catalogue = kept?.version === version ? kept.catalogue : await loadCatalogue(reader, now);
  held.scripCatalogue = { catalogue, version, checkedMs: now };
  return catalogue;
}
