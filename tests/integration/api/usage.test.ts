import { beforeAll, describe, expect, test } from "vitest";
import * as transfers from "@/app/api/v1/transfers/route";
import * as usage from "@/app/api/v1/usage/route";
import * as usageRecord from "@/app/api/v1/usage/[id]/route";
import { toPublicId, type Uuid } from "@/lib/ids";
import { nowMs } from "@/lib/time";
import { giveCredits, makeRequests } from "@/tests/support/a-request";
import { aPerson, call, type Person, database, useApi } from "@/tests/support/api";

useApi();

let ada: Person;
let bo: Person;
let ids: Uuid[];
const MICROS = 1_000_000n;

beforeAll(async () => {
  ada = await aPerson(database);
  bo = await aPerson(database);
  await giveCredits(database, ada, 100);
  const arrivedMs = nowMs() - 60_000;
  ids = await makeRequests(database, ada, [
    { chargeMicros: 8n * MICROS, arrivedMs, draft: { model: "gpt-4" } },
    {
      chargeMicros: 3n * MICROS,
      arrivedMs: arrivedMs + 1000,
      draft: { model: "whisper" },
      end: { meters: { seconds: "90.5" } },
    },
    { chargeMicros: 500_000n, arrivedMs: arrivedMs + 2000, draft: { model: '=cmd|"x"' } },
    {
      chargeMicros: 0n,
      arrivedMs: arrivedMs + 2000,
      draft: { model: "gpt-4" },
      end: { status: "failed", httpStatus: 502 },
    },
  ]);
});

const list = (query: Record<string, string> = {}, as = ada.key) => call("GET", "/usage", usage.GET, { as, query });
const rows = async (query: Record<string, string> = {}, as = ada.key) =>
  (await list(query, as)).body["data"] as Record<string, unknown>[];

describe("usage", () => {
  test("has a row a request with its charge, newest first", async () => {
    const all = await rows();
    expect(all.map(({ credits }) => credits)).toEqual(expect.arrayContaining([8, 3, 0.5, 0]));
    expect(all.at(-1)).toMatchObject({
      id: toPublicId("request", ids[0] ?? ("" as Uuid)),
      key_id: ada.keyId,
      protocol: "openai",
      model: "gpt-4",
      mode: "token",
      status: "ok",
      http_status: 200,
      meters: { input_tokens: 1000, output_tokens: 500 },
      credits: 8,
      by_source: { promo: 8, purchased: 0 },
      estimated: false,
      task_id: null,
    });
  });

  test("shows nothing of what suppliers cost", async () => {
    expect((await list()).text).not.toMatch(/usd|cost|nanos|channel|pool/i);
  });

  test("is kept apart by model, key, status and time", async () => {
    expect(await rows({ model: "whisper" })).toHaveLength(1);
    expect(await rows({ status: "failed" })).toHaveLength(1);
    expect(await rows({ key: ada.keyId })).toHaveLength(4);
    expect(await rows({ key: bo.keyId })).toHaveLength(0);
    expect(await rows({ to: "2020-01-01" })).toHaveLength(0);
    expect(await rows({ from: "2020-01-01", time_zone: "Pacific/Auckland" })).toHaveLength(4);
    expect((await list({ modell: "whisper" })).status).toBe(422);
  });

  test("of one account is nobody else's, a row asked for by id neither", async () => {
    expect(await rows({}, bo.key)).toEqual([]);
    const params = { id: toPublicId("request", ids[0] ?? ("" as Uuid)) };
    expect((await call("GET", "/usage/x", usageRecord.GET, { as: ada.key, params })).body).toMatchObject({
      credits: 8,
    });
    expect((await call("GET", "/usage/x", usageRecord.GET, { as: bo.key, params })).status).toBe(404);
  });

  test("comes in pages that neither lose nor repeat a row, two of the same moment included", async () => {
    const seen: unknown[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const { body } = await list({ limit: "1", ...(cursor && { cursor }) });
      seen.push(...(body["data"] as { id: string }[]).map(({ id }) => id));
      cursor = body["next_cursor"] as string | null;
    }
    expect(new Set(seen)).toEqual(new Set(ids.map((id) => toPublicId("request", id))));
    expect(seen).toHaveLength(4);
    expect((await list({ cursor: "nonsense" })).body).toMatchObject({ status: 400, code: "invalid_request" });
  });

  test("adds up by model, key and day to what was charged", async () => {
    expect(await rows({ group_by: "model" })).toMatchObject([
      { group: "gpt-4", credits: 8, count: 2, failed: 1, input_tokens: 2000 },
      { group: "whisper", credits: 3, count: 1 },
      { group: '=cmd|"x"', credits: 0.5 },
    ]);
    expect(await rows({ group_by: "key" })).toMatchObject([{ group: ada.keyId, credits: 11.5, count: 4 }]);
    const days = await rows({ group_by: "day", time_zone: "Asia/Tokyo" });
    expect(days.reduce((sum, { credits }) => sum + (credits as number), 0)).toBe(11.5);
    expect(days[0]?.["group"]).toMatch(/^\d{4}-\d\d-\d\d$/);
  });
});

describe("an export", () => {
  const COLUMNS = "timestamp,task_id,credits,model,duration,mode,prompt_preview,";

  test("as CSV begins with the documented columns and runs no formula in a spreadsheet", async () => {
    const { text, headers } = await list({ format: "csv" });
    expect(headers.get("content-type")).toContain("text/csv");
    const lines = text.trimEnd().split("\r\n");
    expect(`${lines[0]},`.startsWith(COLUMNS)).toBe(true);
    expect(lines).toHaveLength(5);
    expect(text).toContain(`,0.5,"'=cmd|""x""",`);
    expect(text).toContain(",3,whisper,90.5,token,,");
  });

  test("as JSON Lines has the same members in the same order", async () => {
    const { text } = await list({ format: "jsonl" });
    const parsed = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(parsed).toHaveLength(4);
    expect(`${Object.keys(parsed[0] ?? {}).join(",")},`.startsWith(COLUMNS)).toBe(true);
  });

  test("of more rows than a page has them all", async () => {
    const cy = await aPerson(database);
    await giveCredits(database, cy, 1000);
    const arrivedMs = nowMs() - 3_600_000;
    await makeRequests(
      database,
      cy,
      Array.from({ length: 501 }, (_, i) => ({ chargeMicros: MICROS, arrivedMs: arrivedMs + Math.floor(i / 3) })),
    );
    const { text } = await list({ format: "jsonl" }, cy.key);
    expect(
      new Set(
        text
          .trimEnd()
          .split("\n")
          .map((line) => (JSON.parse(line) as { id: string }).id),
      ).size,
    ).toBe(501);
  });
});

test("transfers name the request that was charged, and filter by kind", async () => {
  const { body } = await call("GET", "/transfers", transfers.GET, {
    as: ada.key,
    query: { kind: "charge", limit: "2" },
  });
  expect(body["data"]).toMatchObject([
    { kind: "charge", credits: -0.5, source: "promo", balance_after: 88.5, ref: { type: "request" } },
    { kind: "charge", credits: -3, ref: { type: "request", id: toPublicId("request", ids[1] ?? ("" as Uuid)) } },
  ]);
  const rest = await call("GET", "/transfers", transfers.GET, {
    as: ada.key,
    query: { kind: "charge", limit: "2", cursor: String(body["next_cursor"]) },
  });
  expect(rest.body).toMatchObject({ data: [{ credits: -8 }], next_cursor: null });
});
