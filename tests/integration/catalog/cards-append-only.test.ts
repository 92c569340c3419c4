import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findModel } from "@/lib/catalog";
import { aCatalogue, priceOf, put, type CatalogueFixture } from "../../support/a-catalogue";

let home: CatalogueFixture;
let owner: pg.Client;
beforeAll(async () => {
  home = await aCatalogue();
  await put(home, 0, "gpt-4", { price: priceOf(5) });
  owner = new pg.Client({ connectionString: home.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await home.close();
});

describe("a published card", () => {
  test.each([
    ["changed", "update card set body = body"],
    ["moved in time", "update card set effective_from = now()"],
    ["removed", "delete from card"],
    ["removed with all others", "truncate card"],
    ["removed with its model", "truncate model cascade"],
  ])("can't be %s, by the application or by the owner of the schema", async (_how, sql) => {
    await expect(home.database.pool.query(sql)).rejects.toThrow(/append-only|permission denied|must be owner/);
    await expect(owner.query(sql)).rejects.toThrow(/card is append-only/);
    expect((await findModel(home.database.reader, "gpt-4"))?.prices).toHaveLength(1);
  });

  test("can't be changed where ordinary triggers are switched off either", async () => {
    await owner.query("set session_replication_role = replica");
    await expect(owner.query("update card set body = body")).rejects.toThrow(/card is append-only/);
    await owner.query("reset session_replication_role");
  });
});
