import { modelFromBody, ModelBody, putModel, type CardBody, type ModelWithCards } from "@/lib/catalog";
import { systemCtx, type Ctx } from "@/lib/ctx";
import { openDatabase, type Database } from "@/lib/db";
import { testDatabase } from "./database";
import { perThousand } from "./card";

/** A database of a test's own with an empty catalogue. `ownerUrl` may change the schema. */
export type CatalogueFixture = { database: Database; ownerUrl: string; close(): Promise<void> };

export async function aCatalogue(): Promise<CatalogueFixture> {
  const own = await testDatabase();
  const database = openDatabase(own.url, 5);
  const close = async (): Promise<void> => {
    await database.close();
    await own.drop();
  };
  return { database, ownerUrl: own.ownerUrl, close };
}

/** The context of an admin's change at that time. */
export const at = (nowMs: number): Ctx => systemCtx("test", nowMs);

/** A price of so many credits for 1,000 tokens. */
export const priceOf = (credits: number | string): CardBody => ({
  rates: perThousand(credits, credits),
  chargeUnit: 1,
});

/** Put a model as an admin would, at that time. */
export function put(
  { database }: CatalogueFixture,
  nowMs: number,
  id: string,
  body: Partial<ModelBody> = {},
): Promise<ModelWithCards> {
  const parsed = ModelBody.parse({ provider: "openai", upstream_model: id, capabilities: ["chat"], ...body });
  return database.inTransaction((tx) => putModel(tx, at(nowMs), modelFromBody(id, parsed)));
}
