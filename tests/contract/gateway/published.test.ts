import { describe, expect, it } from "vitest";
import { ModelBody, modelFromBody, putModel } from "@/lib/catalog";
import { systemCtx } from "@/lib/ctx";
import { nowMs } from "@/lib/time";
import { aGateway } from "../../support/a-gateway";

const gateway = aGateway();
const MODELS = 8;

async function publish(id: string): Promise<void> {
  const rates = [
    { meter: "input_tokens", per: 1000, amount: 5 },
    { meter: "output_tokens", per: 1000, amount: 5 },
  ];
  const body = { provider: "openai", upstream_model: "gpt-4", capabilities: ["chat"], price: { rates } };
  const model = modelFromBody(id, ModelBody.parse(body));
  await gateway.database().inTransaction((tx) => putModel(tx, systemCtx("test", nowMs()), model));
}

describe("a model", () => {
  it("can be called from the moment at which it is published, and is unknown before", async () => {
    const { secret } = await gateway.caller();
    for (let at = 0; at < MODELS; at++) {
      const ask = { model: `new-${at}`, messages: [{ role: "user", content: "Reply with 5 tokens." }], max_tokens: 20 };
      expect((await gateway.post(secret, ask)).json.error?.["code"]).toBe("model_not_found");
      await publish(ask.model);
      expect((await gateway.post(secret, ask)).status).toBe(200);
    }
  });
});
