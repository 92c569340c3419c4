import { openDatabase } from "../../lib/db";
import { vaultEnv } from "../../lib/env";
import { useVault } from "../../lib/vault";
import { say, warn } from "../console";
import { rotateKeys } from "../rotate-keys";
import { runTask, openTaskDatabase } from "../task";
import { demoSecrets } from "../start/secrets";

// `npm run keys:rotate`: re-encrypts every supplier's key under the first of KEY_ENCRYPTION_KEYS. While it runs, processes
// go on that know the old keys and the new one. It fails where anything is left under another master key.

const CONNECTIONS = 2;

/** Why an encrypted key doesn't open, for whoever must do something about it. */
const reasonOf = (masterKeyId: string, knownIds: readonly string[]): string =>
  knownIds.includes(masterKeyId)
    ? `its master key ${masterKeyId} is here, so its row was changed or another key has taken that id`
    : `its master key ${masterKeyId} isn't among ${knownIds.join(", ")}`;

await runTask(async () => {
  const place = await openTaskDatabase();
  const isDemo = !process.env["DATABASE_URL"]?.trim();
  const { masterKeys } = vaultEnv({ ...(isDemo ? demoSecrets().environment : {}), ...process.env });
  const { activeId, ids } = useVault(masterKeys).masterKeys;
  const database = openDatabase(place.url, CONNECTIONS);
  try {
    const { keys, quotes, left } = await rotateKeys(database, (id) => {
      warn(`${id} is in the pool twice: another entry holds the same key`);
      process.exitCode = 1;
    });
    say(`${keys} pool keys and ${quotes} quotes are re-encrypted under ${activeId}`);
    for (const { id, masterKeyId } of left) warn(`${id} doesn't open: ${reasonOf(masterKeyId, ids)}`);
    if (left.length > 0) process.exitCode = 1;
  } finally {
    await database.close();
    await place.close();
  }
});
