import { expect, it } from "vitest";
import { ModelBody, modelFromBody, putModel } from "@/lib/catalog";
import { systemCtx } from "@/lib/ctx";
import { nowMs } from "@/lib/time";
import { aGateway } from "../../support/a-gateway";
import { stageSupply } from "../../support/stage";

const gateway = aGateway();
const ask = (model: string) => ({ model, messages: [{ role: "user", content: "Hi" }], max_tokens: 5 });

/** A model with a price and without a cost: nobody can tell what its requests take of a key. */
async function putCostless(id: string): Promise<void> {
  const rates = [
    { meter: "input_tokens", per: 1000, amount: 5 },
    { meter: "output_tokens", per: 1000, amount: 5 },
  ];
  const body = ModelBody.parse({
    provider: "openai",
    upstream_model: "gpt-4",
    capabilities: ["chat"],
    default_output_cap: 100,
    price: { rates, chargeUnit: 1 },
  });
  const ctx = systemCtx("test", nowMs());
  await gateway.database().inTransaction((tx) => putModel(tx, ctx, modelFromBody(id, body)));
}

it("a contributor's key serves no model whose cost isn't known: it would be used up and earn its owner nothing", async () => {
  const [caller, owner] = [await gateway.caller(), await gateway.caller()];
  await putCostless("costless");
  await gateway.freshKeys(1);
  const give = "with given as (update pool_key set owner_id = $1) select books.bump_config('pool')";
  await gateway.database().pool.query(give, [owner.userId]);
  await gateway.gateway().refresh();
  expect((await gateway.post(caller.secret, ask("gpt-4"))).status).toBe(200);
  const before = await gateway.dispatched();
  const refused = await gateway.post(caller.secret, ask("costless"));
  expect([refused.status, refused.json.error?.["code"]]).toEqual([503, "no_capacity"]);
  expect(await gateway.dispatched()).toBe(before);

  await stageSupply(gateway.database(), ["sk-sandbox-openai-500usd-own-a"]);
  await gateway.gateway().refresh();
  expect((await gateway.post(caller.secret, ask("costless"))).status).toBe(200);
  expect((await gateway.records(caller))[0]?.attempts).toHaveLength(1);
});
