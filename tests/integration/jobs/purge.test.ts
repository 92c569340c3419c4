import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrateQueue } from "@/lib/queue";
import { purgeOldJob } from "@/workers/jobs/purge-jobs";
import { rawPool } from "@/tests/support/database";
import { aLog } from "@/tests/support/log";
import { aSuppliedLedger, type SuppliedLedger } from "@/tests/support/supplied-ledger";

let home: SuppliedLedger;
let owner: pg.Pool;
beforeAll(async () => {
  home = await aSuppliedLedger();
  owner = rawPool(home.home.ownerUrl, 1);
  await migrateQueue(home.home.ownerUrl);
});
afterAll(async () => {
  await owner.end();
  await home.close();
});

test("the daily purge removes what has ended, and nothing that may still be asked for", async () => {
  const ago = (days: number): string => `now() - interval '${days} days'`;
  await owner.query(`
    insert into stripe_event (id, type, payload, received_at, handled_at) values
      ('evt_old', 'x', '{}', ${ago(100)}, ${ago(91)}), ('evt_new', 'x', '{}', ${ago(100)}, ${ago(89)}),
      ('evt_open', 'x', '{}', ${ago(100)}, null);
    insert into login_attempt (key, points, expire) values
      ('over', 3, extract(epoch from ${ago(1)}) * 1000), ('counting', 3, extract(epoch from ${ago(-1)}) * 1000);
    insert into "user" (id, email, wallet_id, referral_code) values
      ('01930000-0000-7000-8000-0000000000aa', 'purge@example.test', books.open_wallet(), 'PURGE');
    insert into session (id, user_id, expires_at) values
      ('01930000-0000-7000-8000-0000000000ab', '01930000-0000-7000-8000-0000000000aa', ${ago(1)}),
      ('01930000-0000-7000-8000-0000000000ac', '01930000-0000-7000-8000-0000000000aa', ${ago(-1)})`);
  await purgeOldJob({ database: home.database, log: aLog().log });
  const idsOf = async (sql: string) => (await owner.query<{ id: string }>(sql)).rows.map(({ id }) => id);
  expect(await idsOf("select id from stripe_event order by 1")).toEqual(["evt_new", "evt_open"]);
  expect(await idsOf("select key as id from login_attempt")).toEqual(["counting"]);
  expect(await idsOf("select id from session")).toEqual(["01930000-0000-7000-8000-0000000000ac"]);
});
