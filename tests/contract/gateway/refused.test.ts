import { describe, expect, it } from "vitest";
import { systemCtx } from "@/lib/ctx";
import { fromPublicId } from "@/lib/ids";
import { nowMs } from "@/lib/time";
import { getUsage, listUsage, purgeRefused, summariseUsage, type UsageFilter } from "@/lib/usage";
import { aGateway } from "../../support/a-gateway";
import { aSupplier, sendJson, usageOf } from "../../support/a-supplier";
import { until } from "../../support/until";

const supplier = aSupplier();
const gateway = aGateway({ supplier: supplier.url });
const ask = (more: object = {}) => ({ model: "gpt-4", messages: [{ role: "user", content: "Hi" }], ...more });
const filterOf = (wallet: bigint, more: Partial<UsageFilter> = {}): UsageFilter => ({
  wallet,
  fromMs: null,
  toMs: null,
  model: null,
  apiKeyId: null,
  status: null,
  ...more,
});
const reader = () => gateway.database().reader;
const list = (wallet: bigint, more?: Partial<UsageFilter>) =>
  listUsage(reader(), filterOf(wallet, more), { limit: 100, after: null });

/** The record of a request by the id that its client saw, once it was written down. */
async function recordOf(wallet: bigint, headers: Headers) {
  const id = fromPublicId("request", headers.get("x-request-id") ?? "");
  if (!id) throw new Error("a reply without an id");
  await until(() => getUsage(reader(), { wallet, id }).then(Boolean, () => false), "it is written down");
  return getUsage(reader(), { wallet, id });
}

describe("a request that is refused before a supplier is asked", () => {
  it.each([
    ["without credits", 0n, ask(), 402, "insufficient_credits", "gpt-4"],
    ["of a model that isn't there", undefined, ask({ model: "nowhere" }), 404, "model_not_found", "nowhere"],
    ["that makes no sense", undefined, ask({ messages: "Hi" }), 400, "invalid_request", ""],
    [
      "for what has no price",
      undefined,
      ask({ service_tier: "flex", stream: true }),
      400,
      "unpriced_parameters",
      "gpt-4",
    ],
  ])(
    "%s is its owner's to see: what the client was told, and nothing charged",
    async (_, of, body, status, code, model) => {
      const { secret, wallet } = await gateway.caller(of);
      const answer = await gateway.post(secret, body);
      expect([answer.status, answer.json.error?.["code"]]).toEqual([status, code]);
      const record = await recordOf(wallet, answer.headers);
      expect(record).toMatchObject({
        model,
        protocol: "openai",
        status: "failed",
        httpStatus: status,
        errorCode: code,
        message: answer.json.error?.["message"],
        chargeMicros: 0n,
        attempts: [],
        priceVersion: null,
      });
      expect(await list(wallet)).toEqual([record]);
      expect(await list(wallet, { status: "ok" })).toEqual([]);
      const [day] = await summariseUsage(reader(), filterOf(wallet), { group: "day", timeZone: "UTC" });
      expect(day).toMatchObject({ count: 1n, failed: 1n, chargeMicros: 0n });
      const byModel = await summariseUsage(reader(), filterOf(wallet), { group: "model", timeZone: "UTC" });
      expect(byModel.map(({ group }) => group)).toEqual(model === "" ? [] : [model]);
    },
  );

  it("stands among those that were served, by time, and pages follow each other", async () => {
    const { secret, wallet } = await gateway.caller();
    supplier.play((response) =>
      sendJson(response, 200, {
        choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
        usage: usageOf(10, 2),
      }),
    );
    await gateway.post(secret, ask());
    const refused = await gateway.post(secret, ask({ model: "nowhere" }));
    await gateway.post(secret, ask());
    await recordOf(wallet, refused.headers);
    await until(async () => (await list(wallet)).length === 3, "all are there");
    expect((await list(wallet)).map(({ status, httpStatus }) => [status, httpStatus])).toEqual([
      ["ok", 200],
      ["failed", 404],
      ["ok", 200],
    ]);
    const [first] = await listUsage(reader(), filterOf(wallet), { limit: 1, after: null });
    const rest = await listUsage(reader(), filterOf(wallet), { limit: 5, after: first ?? null });
    expect(rest.map(({ httpStatus }) => httpStatus)).toEqual([404, 200]);
    const sums = await summariseUsage(reader(), filterOf(wallet), { group: "key", timeZone: "UTC" });
    expect(sums).toMatchObject([{ count: 3n, failed: 1n }]);
  });

  it("is nobody's where the key is no key, and never another's", async () => {
    const { secret, wallet } = await gateway.caller();
    const other = await gateway.caller();
    const answer = await gateway.post(secret, ask({ model: "nowhere" }));
    await recordOf(wallet, answer.headers);
    expect((await gateway.post("sk-scrip-no-key", ask())).status).toBe(401);
    expect(await list(other.wallet)).toEqual([]);
  });

  it("is only counted after the twentieth of a minute", async () => {
    const { secret, wallet } = await gateway.caller();
    // Whatever the clock, twenty-five within a minute leave at least twenty in full.
    for (let sent = 0; sent < 25; sent++) await gateway.post(secret, ask({ model: "nowhere" }));
    const dayOf = async () => (await summariseUsage(reader(), filterOf(wallet), { group: "day", timeZone: "UTC" }))[0];
    await until(async () => (await dayOf())?.count === 25n, "all are counted");
    expect((await dayOf())?.failed).toBe(25n);
    const inFull = (await list(wallet)).length;
    expect(inFull).toBeGreaterThanOrEqual(20);
    expect(inFull).toBeLessThanOrEqual(25);
  });

  it("is gone after thirty days", async () => {
    const { secret, wallet } = await gateway.caller();
    await recordOf(wallet, (await gateway.post(secret, ask({ model: "nowhere" }))).headers);
    const purge = (days: number) =>
      gateway.database().inTransaction((tx) => purgeRefused(tx, systemCtx("test", nowMs() + days * 86_400_000), 1_000));
    await purge(29);
    expect(await list(wallet)).toHaveLength(1);
    await purge(31);
    expect(await list(wallet)).toEqual([]);
  });
});

it("a request whose supplier failed has one record, which says nothing of the supplier's key", async () => {
  const { secret, wallet } = await gateway.caller();
  await gateway.freshKeys(1);
  supplier.play((response) => sendJson(response, 401, { error: { message: "Incorrect API key provided" } }));
  const answer = await gateway.post(secret, ask());
  expect(answer.status).toBe(503);
  const record = await recordOf(wallet, answer.headers);
  const told = { httpStatus: answer.status, errorCode: answer.json.error?.["code"] };
  expect(record).toMatchObject({ ...told, message: null, attempts: [{ n: 1, outcome: "failed" }] });
  expect(await list(wallet)).toHaveLength(1);
});
