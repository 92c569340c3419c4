import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as checkout from "@/app/api/v1/checkout/route";
import * as balance from "@/app/api/v1/balance/route";
import * as quotes from "@/app/api/v1/contributions/quotes/route";
import * as keys from "@/app/api/v1/keys/route";
import * as packs from "@/app/api/v1/packs/route";
import { systemCtx } from "@/lib/ctx";
import { updateSettings } from "@/lib/settings";
import { nowMs } from "@/lib/time";
import { aPerson, call, openApi, type Person, type Reply } from "../../support/api";

let api: Awaited<ReturnType<typeof openApi>>;

beforeAll(async () => {
  api = await openApi();
  const api_limits = { requests_per_minute: 20, quotes_per_hour: 2, checkouts_per_hour: 2, keys_per_hour: 2 };
  await api.database.inTransaction((tx) => updateSettings(tx, systemCtx("test", nowMs()), { api_limits }));
});
afterAll(() => api.close());

let networks = 0;
/** An address that nobody has called from. */
const anAddress = (): string => `203.0.113.${++networks}`;

/** Replies to so many calls, one after the other. */
async function repeat(times: number, ask: () => Promise<Reply>): Promise<Reply[]> {
  const replies = [];
  for (let turn = 0; turn < times; turn++) replies.push(await ask());
  return replies;
}
const statuses = (replies: readonly Reply[]): number[] => replies.map(({ status }) => status);
const limited = (replies: readonly Reply[]): boolean[] => replies.map(({ status }) => status === 429);

const makeKey = (person: Person, address: string) =>
  call("POST", "/keys", keys.POST, {
    as: person.key,
    headers: { "x-forwarded-for": address },
    body: { name: "Key", scopes: ["inference"] },
  });
const quote = (person: Person, address: string) =>
  call("POST", "/contributions/quotes", quotes.POST, {
    as: person.key,
    headers: { "x-forwarded-for": address },
    body: { provider: "openai", api_key: "sk-proj-0123456789abcdef" },
  });
const buy = (person: Person, address: string) =>
  call("POST", "/checkout", checkout.POST, {
    as: person.key,
    headers: { "x-forwarded-for": address },
    body: { pack: "nothing" },
  });
const look = (person: Person | null, address: string) =>
  person
    ? call("GET", "/balance", balance.GET, { as: person.key, headers: { "x-forwarded-for": address } })
    : call("GET", "/packs", packs.GET, { headers: { "x-forwarded-for": address } });

describe.each([
  ["keys", makeKey],
  ["quotes", quote],
  ["checkouts", buy],
])("%s", (_, ask) => {
  test("are limited by account, from wherever it calls, and others are not", async () => {
    const [ada, bo] = [await aPerson(api.database), await aPerson(api.database)];
    expect(limited(await repeat(3, () => ask(ada, anAddress())))).toEqual([false, false, true]);
    expect(limited([await ask(bo, anAddress())])).toEqual([false]);
    expect((await look(ada, anAddress())).status).toBe(200);
  });

  test("are limited by network, whichever accounts call, at five times as many", async () => {
    const address = anAddress();
    const replies = await repeat(11, async () => ask(await aPerson(api.database), address));
    expect(limited(replies)).toEqual([...Array<boolean>(10).fill(false), true]);
    expect(limited([await ask(await aPerson(api.database), anAddress())])).toEqual([false]);
  });
});

describe("all calls", () => {
  test("are limited by account, and the refusal says when to come back", async () => {
    const ada = await aPerson(api.database);
    const replies = await repeat(21, () => look(ada, anAddress()));
    expect(statuses(replies)).toEqual([...Array<number>(20).fill(200), 429]);
    const refusal = replies.at(-1);
    expect(refusal?.body).toMatchObject({ code: "rate_limit_exceeded", status: 429 });
    expect(refusal?.body["detail"]).toMatch(/^Too many calls in the last minute\. Try again in \d+ seconds\.$/);
    const seconds = Number(refusal?.headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(refusal?.headers.get("x-should-retry")).toBe("true");
  });

  test("at once pass no limit by that", async () => {
    const ada = await aPerson(api.database);
    const replies = await Promise.all(Array.from({ length: 30 }, () => look(ada, anAddress())));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(20);
  });

  test("of nobody are limited by network, a whole /64 of IPv6 at once, before a key is looked up", async () => {
    const host = (turn: number): string => `2001:db8:1:2::${(turn + 1).toString(16)}`;
    let turn = 0;
    const replies = await repeat(101, () => look(null, host(turn++)));
    expect(statuses(replies)).toEqual([...Array<number>(100).fill(200), 429]);
    const guess = { as: `sk-scrip-${"a".repeat(40)}`, headers: { "x-forwarded-for": host(500) } };
    expect((await call("GET", "/balance", balance.GET, guess)).status).toBe(429);
    expect((await look(null, "2001:db8:1:3::1")).status).toBe(200);
  });
});
