import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeRequests } from "@/tests/support/a-request";
import { cr } from "@/tests/support/a-ledger";
import { aPerson, type Person } from "@/tests/support/api";
import { openShop, type Shop } from "@/tests/support/shop";

/** Whatever the order, number and delay of Stripe's events, an order ends where Stripe says that it is. */

let shop: Shop;

beforeAll(async () => {
  shop = await openShop();
  await shop.settings({ delay_ms_max: 0 });
});
afterAll(() => shop.close());

type Order = { person: Person; id: string };
async function anOrder(): Promise<Order> {
  const person = await aPerson(shop.database);
  const { body } = await shop.checkout(person, { pack: "pro" });
  return { person, id: String(body["id"]) };
}

const act = ({ id }: Order, verb: string, body: object = {}) => shop.control("POST", `/stripe/${verb}/${id}`, body);

/** All that the books and the order say of a person, without ids and times. */
async function ledgerOf({ person, id }: Order) {
  const wallet = person.user.walletId;
  const query = async (sql: string) => (await shop.database.pool.query(sql, [wallet])).rows as unknown[];
  return {
    wallet: await query("select purchased, debt, held, promo from books.wallet where id = $1"),
    lots: await query("select granted_micros, remaining_micros from books.lot where wallet = $1 order by id"),
    lines: await query(
      `select kind, from_account, to_account, sum(amount_micros)::bigint as amount from books.line where wallet = $1
       group by 1, 2, 3 order by 1, 2, 3`,
    ),
    state: (await shop.get(person, id)).body["state"],
  };
}

/** Every order of a list. */
function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, at) =>
    permutations([...items.slice(0, at), ...items.slice(at + 1)]).map((rest) => [item, ...rest]),
  );
}

const STORIES: [string, (order: Order) => Promise<void>, string[], { credits: number; state: string }][] = [
  [
    "paid, refunded in part, disputed for the rest and lost",
    async (order) => {
      await act(order, "pay");
      await act(order, "refund", { amount: 2_700 });
      await act(order, "dispute", { status: "lost" });
    },
    ["checkout.session.completed", "refund.created", "charge.refunded", "charge.dispute.closed"],
    { credits: 0, state: "disputed" },
  ],
  [
    "paid, refunded in part, and disputed for the whole: more than was paid",
    async (order) => {
      await act(order, "pay");
      await act(order, "refund", { amount: 2_700 });
      await act(order, "dispute", { amount: 9_000 });
    },
    ["checkout.session.completed", "refund.created", "charge.refunded", "charge.dispute.created"],
    { credits: 0, state: "quarantined" },
  ],
  [
    "paid, refunded in part, disputed for the whole, and the refund sent back by the bank",
    async (order) => {
      await act(order, "pay");
      const { id } = await act(order, "refund", { amount: 2_700 });
      await act(order, "dispute", { amount: 9_000 });
      await act(order, "refund", { refund: id, status: "failed" });
    },
    ["checkout.session.completed", "refund.created", "refund.failed", "charge.dispute.created"],
    { credits: 0, state: "disputed" },
  ],
  [
    "paid later, refunded in two parts",
    async (order) => {
      await act(order, "pay", { method: "bank_debit" });
      await act(order, "refund", { amount: 2_700 });
      await act(order, "refund", { amount: 1_800 });
    },
    ["checkout.session.completed", "checkout.session.async_payment_succeeded", "refund.created", "refund.created"],
    { credits: 5_000, state: "partly_refunded" },
  ],
];

describe.each(STORIES)("an order that was %s", (_, tell, types, { credits, state }) => {
  test("comes to the same books by every order of its events", { timeout: 120_000 }, async () => {
    const ends = new Set<string>();
    for (const order of permutations(types.map((__, at) => at))) {
      const one = await anOrder();
      await tell(one);
      await shop.delivered();
      const seen = await shop.events();
      const typeOf = (event: unknown) => seen.find(({ id }) => id === event)?.type ?? "";
      const rows = (await shop.waiting()).toSorted((a, b) => Number(a.id - b.id));
      const left = [...rows];
      const chosen = types.map((type) => {
        const at = left.findIndex(({ payload }) => typeOf(payload["event"]) === type);
        return left.splice(at, 1)[0];
      });
      const permuted = order.flatMap((at) => chosen[at] ?? []);
      expect(permuted).toHaveLength(types.length);
      await shop.run(permuted);
      await shop.run();
      const end = await ledgerOf(one);
      expect(end.wallet).toEqual([{ purchased: cr(credits), debt: 0n, held: 0n, promo: 0n }]);
      expect(end.state).toBe(state);
      // Claims of more than there is take what the ones before them left: which took it follows from their order.
      const same = state === "quarantined" ? { ...end, lines: null } : end;
      ends.add(JSON.stringify(same, (___, value: unknown) => (typeof value === "bigint" ? String(value) : value)));
    }
    expect([...ends]).toHaveLength(1);
  });
});

const PAID_CENTS = 9_000;

type Turn = "pay" | "refund" | "sent back" | "spend" | "warn" | "dispute" | "whole" | "won" | "lost" | "some";

test(
  "an order ends where Stripe says, however its events fall between what happens",
  { timeout: 120_000 },
  async () => {
    const turns = fc.array(
      fc.constantFrom<Turn>("refund", "sent back", "spend", "warn", "dispute", "whole", "won", "lost", "some"),
      { maxLength: 9 },
    );
    await fc.assert(
      fc.asyncProperty(turns, fc.infiniteStream(fc.nat()), async (drawn, luck) => {
        const order = await anOrder();
        const pick = (count: number): number => Number(luck.next().value ?? 0) % count;
        let spent = 0n;
        let isWarned = false;
        for (const turn of ["pay" as const, ...drawn]) {
          if (turn === "spend") spent += await spendSome(order);
          else if (turn === "some") await runSome(pick);
          else if (turn === "sent back") await sendBack(order);
          // What Stripe refuses didn't happen.
          else await act(order, turn === "pay" || turn === "refund" ? turn : "dispute", bodyOf(turn)).catch(() => null);
          isWarned ||= turn === "warn";
        }
        await shop.delivered();
        while ((await shop.waiting()).length > 0) await runSome(pick);
        const { wallet, state } = await ledgerOf(order);
        const [{ purchased, debt, held }] = wallet as [{ purchased: bigint; debt: bigint; held: bigint }];
        const { credits, cents, isDisputed } = await goneOf(order);
        expect(purchased - debt).toBe(cr(10_000) - spent - credits);
        // A warning freezes all that is left, until a dispute says what becomes of it.
        expect(held).toBe(isWarned && !isDisputed ? purchased : 0n);
        expect(state === "quarantined").toBe(cents > PAID_CENTS);
      }),
      { numRuns: 16 },
    );
  },
);

/** The bank sends the latest refund back, where there is one. */
async function sendBack(order: Order): Promise<void> {
  const made = (await stripeObjectsOf(order)).refunds.find(({ status }) => status === "succeeded");
  if (made) await act(order, "refund", { refund: made.id, status: "failed" });
}

const BODIES: Partial<Record<Turn, object>> = {
  refund: { amount: 900 },
  warn: { status: "early_warning" },
  whole: { amount: PAID_CENTS },
  won: { status: "won" },
  lost: { status: "lost" },
};
const bodyOf = (turn: Turn): object => BODIES[turn] ?? {};

/** Spend a tenth of what was bought, where it is there. Returns what was spent. */
async function spendSome({ person }: Order): Promise<bigint> {
  const { rows } = await shop.database.pool.query<{ free: bigint; debt: bigint }>(
    "select purchased - held as free, debt from books.wallet where id = $1",
    [person.user.walletId],
  );
  const [has] = rows;
  if (!has || has.debt > 0n || has.free < cr(1_000)) return 0n;
  await makeRequests(shop.database, person, [{ chargeMicros: cr(1_000) }]);
  return cr(1_000);
}

/** Act on one of the events that wait, and now and then on it once more. */
async function runSome(pick: (count: number) => number): Promise<void> {
  await shop.delivered();
  const rows = await shop.waiting();
  const row = rows[rows.length > 0 ? pick(rows.length) : 0];
  if (!row) return;
  await shop.run([row]);
  if (pick(3) > 0) return;
  await shop.database.pool.query("delete from processed where outbox_id = $1", [row.id]);
  await shop.run([row]);
}

type StripeThing = { id: string; amount: number; status: string; payment_intent: string };

/** What Stripe has of an order. */
async function stripeObjectsOf({ id }: Order): Promise<{ refunds: StripeThing[]; disputes: StripeThing[] }> {
  const get = async (path: string) => {
    const reply = await fetch(`${shop.sandbox.url}/v1/${path}`, { headers: { authorization: "Bearer sk_test_x" } });
    return (await reply.json()) as { data: (StripeThing & { client_reference_id: string })[] };
  };
  const session = (await get("checkout/sessions?limit=100")).data.find((one) => one.client_reference_id === id);
  const of = `payment_intent=${session?.payment_intent}&limit=100`;
  return { refunds: (await get(`refunds?${of}`)).data, disputes: (await get(`disputes?${of}`)).data };
}

/** The cents that Stripe has sent back or withdrawn, by its own objects, and the credits that go with them: never more than there were. */
async function goneOf(order: Order): Promise<{ cents: number; credits: bigint; isDisputed: boolean }> {
  const { refunds, disputes } = await stripeObjectsOf(order);
  const standing = [
    ...refunds.filter(({ status }) => status !== "failed"),
    ...disputes.filter(({ status }) => status !== "won"),
  ];
  const cents = standing.reduce((sum, { amount }) => sum + amount, 0);
  const credits = cents > PAID_CENTS ? cr(10_000) : (cr(10_000) * BigInt(cents)) / BigInt(PAID_CENTS);
  return { cents, credits, isDisputed: disputes.length > 0 };
}

test("all of it leaves books that verify", async () => {
  expect(await shop.verify()).toEqual([]);
});
