import { rotateQuotes } from "../../lib/contributions";
import { systemCtx } from "../../lib/ctx";
import { type Database, openDatabase } from "../../lib/db";
import { vaultEnv } from "../../lib/env";
import { toPublicId, type Uuid } from "../../lib/ids";
import { rotatePoolKeys, type Rotation } from "../../lib/pool";
import { nowMs } from "../../lib/time";
import { useVault } from "../../lib/vault";
import { say, warn } from "../console";
import { runTask } from "../run-task";
import { demoSecrets } from "../start/secrets";
import { openTaskDatabase } from "../task-database";

// `npm run keys:rotate`: seals every supplier's key anew under the first of KEY_ENCRYPTION_KEYS. While it runs, processes
// go on that know the old keys and the new one.

const CONNECTIONS = 2;
const BATCH = 100;

const rotateBatch = (database: Database, after: Uuid | null): Promise<Rotation> =>
  database.inTransaction((tx) => rotatePoolKeys(tx, systemCtx("keys-rotate", nowMs()), { after, limit: BATCH }));

await runTask(async () => {
  const place = await openTaskDatabase();
  const isDemo = !process.env["DATABASE_URL"]?.trim();
  const { masterKeys } = vaultEnv({ ...(isDemo ? demoSecrets().environment : {}), ...process.env });
  const { activeId, ids } = useVault(masterKeys).masterKeys;
  const database = openDatabase(place.url, CONNECTIONS);
  try {
    const quotes = await database.inTransaction((tx) => rotateQuotes(tx, systemCtx("keys-rotate", nowMs())));
    let rotated = 0;
    const unopened: Uuid[] = [];
    let after: Uuid | null = null;
    do {
      const batch: Rotation = await rotateBatch(database, after);
      rotated += batch.rotated;
      unopened.push(...batch.unopened);
      after = batch.lastId;
    } while (after !== null);
    say(`${rotated} pool keys and ${quotes} quotes are sealed anew under ${activeId}`);
    for (const id of unopened) {
      warn(`${toPublicId("poolKey", id)} doesn't open: its master key isn't among ${ids.join(", ")}`);
    }
    if (unopened.length > 0) process.exitCode = 1;
  } finally {
    await database.close();
    await place.close();
  }
});
