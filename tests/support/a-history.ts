import { newUuid, type Uuid } from "@/lib/ids";
import { creditWallet, type Reserve, type UsageEnd } from "@/lib/ledger";
import { type Nanos, nanos } from "@/lib/money";
import { nowMs } from "@/lib/time";
import { anEnd, aPosting, aReserve, aSettle, aWallet, cr, type LedgerFixture } from "./a-ledger";
import { rawPool } from "./database";

const CARD = '{"rates":[]}';
const DAY_MS = 86_400_000;

/** What a history leaves behind, by name, for planting defects in. */
export type History = {
  wallet: bigint;
  other: bigint;
  settled: Uuid;
  open: Uuid;
  released: Uuid;
  /** A stream whose hold was ended from its checkpoint while its gateway stood still, and that was charged late. */
  late: Uuid;
  card: bigint;
  owner: <T = unknown>(sql: string, values?: unknown[]) => Promise<T[]>;
  close(): Promise<void>;
};

/** A short true history on two wallets: lots, a counter, settled, released, late and open requests, a folded key. */
export async function aHistory(ledger: LedgerFixture): Promise<History> {
  const pool = rawPool(ledger.home.ownerUrl, 1);
  const owner: History["owner"] = async <T>(sql: string, values: unknown[] = []) =>
    (await pool.query(sql, values)).rows as T[];
  const card = await aCard(owner);
  const poolKey = await aPoolKey(owner);
  const wallet = await aWallet(ledger, {
    promo: cr(20),
    purchased: cr(100),
    unvested: cr(50),
    expiresMs: nowMs() + DAY_MS,
  });
  const other = await aWallet(ledger, { purchased: cr(30) });
  await ledger.database.inTransaction((tx) =>
    creditWallet(tx, ledger.ctx, {
      ...aPosting(wallet, "purchase"),
      source: "purchased",
      amountMicros: cr(10),
      paidNanos: nanos(100_000_000n),
    }),
  );
  const leg = {
    owner: newUuid(3),
    kind: "key_day",
    period: "2026-11-25",
    unit: "micros",
    limit: cr(90),
    amount: cr(40),
  } as const;
  const draft = { ...aReserve(wallet, cr(1)).draft, priceCard: card };
  const requests = [
    aReserve(wallet, cr(40), { legs: [leg], draft, poolKey }),
    aReserve(wallet, cr(5), { draft, poolKey }),
    aReserve(wallet, cr(7), { draft, poolKey }),
    aReserve(other, cr(9), { draft, poolKey }),
  ] as const;
  await Promise.all(requests.map((request) => ledger.books.reserve(request)));
  const [settled, released, open, elsewhere] = requests;
  const attempts = [{ n: 1, poolKey, channel: "openai", outcome: "ok", costNanos: nanos(45_000_000n), latencyMs: 90 }];
  await Promise.all([
    ledger.books.settle(aSettle(settled.hold, cr(33), { end: anEnd({ attempts }) })),
    ledger.books.settle(aSettle(elsewhere.hold, cr(8), { end: anEnd({ attempts }) })),
    ledger.books.release({
      hold: released.hold,
      costNanos: nanos(0n),
      end: anEnd({ status: "failed", httpStatus: 502 }),
    }),
  ]);
  const late = await aLateCharge(ledger, aReserve(other, cr(6), { draft: { ...draft, streamed: true }, poolKey }));
  await owner(
    `with folded as (select pool_key, sum(cost_nanos)::bigint as cost from books.fold_attempts(100) group by pool_key)
     update public.pool_key k set cost_nanos = k.cost_nanos + f.cost from folded f where k.id = f.pool_key`,
  );
  await ledger.database.inTransaction((tx) =>
    creditWallet(tx, ledger.ctx, {
      ...aPosting(wallet, "grant"),
      source: "promo",
      amountMicros: cr(5),
      expiresMs: nowMs() + DAY_MS,
    }),
  );
  await owner("select books.fold_deltas()");
  const names = { wallet, other, settled: settled.hold, open: open.hold, released: released.hold, late, card };
  return { ...names, owner, close: () => pool.end() };
}

/** Reported 2 credits used, presumed dead, and charged for the 7 of which its hold covers 6. */
async function aLateCharge({ books }: LedgerFixture, reserve: Reserve): Promise<Uuid> {
  const { hold, poolKey } = reserve;
  await books.reserve(reserve);
  const used = { meters: {}, multipliers: [], breakdown: [], costBreakdown: [], latencyMs: 5_000, ttftMs: 20 };
  const costNanos = nanos(10_000_000n);
  await books.extend({ hold, toMicros: null, checkpoint: { ...used, chargeMicros: cr(2), costNanos } });
  const endWith = (cost: Nanos, lost: boolean): UsageEnd =>
    anEnd({
      lost,
      status: "interrupted",
      attempts: [{ n: 1, poolKey, channel: "openai", outcome: "ok", costNanos: cost, latencyMs: 90 }],
    });
  await books.settle(aSettle(hold, cr(2), { costNanos, end: endWith(costNanos, true) }));
  const billed = nanos(30_000_000n);
  await books.settle(aSettle(hold, cr(7), { costNanos: billed, end: endWith(billed, false), isDelivered: true }));
  return hold;
}

async function aCard(owner: History["owner"]): Promise<bigint> {
  await owner(
    `insert into model (id, display_name, provider, upstream_model) values ('gpt-4', 'GPT-4', 'openai', 'gpt-4')`,
  );
  const [card] = await owner<{ id: bigint }>(
    `insert into card (model_id, kind, version, body, sha256, effective_from, created_by)
     values ('gpt-4', 'price', 1, $1, sha256(convert_to($1, 'UTF8')), now(), 'test') returning id`,
    [CARD],
  );
  if (!card) throw new Error("no card was made");
  return card.id;
}

async function aPoolKey(owner: History["owner"]): Promise<Uuid> {
  const id = newUuid(nowMs());
  await owner(`insert into channel (id, provider) values ('openai', 'openai')`);
  await owner(
    `insert into pool_key (id, channel_id, master_key_id, wrapped_key, ciphertext, hint)
     values ($1, 'openai', 'test', '\\x00', '\\x00', '…test')`,
    [id],
  );
  return id;
}
