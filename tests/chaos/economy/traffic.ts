import type { Uuid } from "@/lib/ids";
import { createBooks, keepLease, LEASE_TIMINGS, type Settle } from "@/lib/ledger";
import { recoverHolds } from "@/lib/recovery";
import { micros, nanos } from "@/lib/money";
import { anEnd, aReserve, aSettle } from "../../support/a-ledger";
import type { Chance } from "../chance";
import { type Agent, type Economy, type Key, PROVIDER } from "./economy";

/** What a request asks: credits and dollars for one unit of it. The first is priced as keys are valued. */
const MODELS = [
  { name: "reference", price: 5_000_000n, cost: 30_000_000n },
  { name: "cheap", price: 1_000_000n, cost: 20_000_000n },
  { name: "dear", price: 9_000_000n, cost: 30_000_000n },
  { name: "free to us", price: 3_000_000n, cost: 0n },
] as const;

type UnderWay = { payer: Agent; key: Key; settle: Settle };

/** What a play has beside its traffic. */
type Around = { keys: readonly Key[]; note: (what: string) => void; fold: () => Promise<void> };

/** Requests of agents through agents' keys, and what they were charged. */
export class Traffic {
  private readonly underWay: UnderWay[] = [];

  constructor(
    private readonly economy: Economy,
    private readonly chance: Chance,
    private readonly around: Around,
  ) {}

  /** A request's reservation and how it will end: a model at the payer's discount, held for less, as much or more. */
  private draw(payer: Agent, { poolKey }: Key) {
    const { price, cost } = this.chance.pick(MODELS);
    const units = BigInt(1 + this.chance.below(this.chance.below(4) === 0 ? 800 : 60));
    const charge = (price * units * payer.discountPercent) / 100n;
    const reserve = aReserve(payer.wallet, micros((charge * this.chance.pick([50n, 100n, 100n, 200n])) / 100n), {
      poolKey,
    });
    return { reserve, charge, cost: nanos(cost * units) };
  }

  async request(payer: Agent, key: Key): Promise<void> {
    const { books } = this.economy;
    const { reserve, charge, cost } = this.draw(payer, key);
    const { hold } = reserve;
    const { outcome } = await books.reserve(reserve);
    this.around.note(`request: ${outcome}`);
    if (outcome !== "held") return;
    const attempt = (n: number, poolKey: Uuid, outcome: string) => ({
      n,
      poolKey,
      channel: PROVIDER,
      outcome,
      costNanos: cost,
      latencyMs: 1,
    });
    let [serving, attempts] = [key, [attempt(1, key.poolKey, "ok")]];
    if (this.chance.below(6) === 0) {
      serving = this.chance.pick(this.around.keys);
      await books.attempt({
        hold,
        n: 2,
        poolKey: serving.poolKey,
        previousOutcome: "timeout",
        previousCostNanos: cost,
      });
      attempts = [attempt(1, key.poolKey, "timeout"), attempt(2, serving.poolKey, "ok")];
    }
    const end = anEnd({ poolKey: serving.poolKey, attempts });
    if (this.chance.below(12) === 0) {
      await books.release({ hold, costNanos: cost, end: { ...end, status: "failed", httpStatus: 502 } });
      return;
    }
    this.underWay.push({ payer, key: serving, settle: aSettle(hold, micros(charge), { costNanos: cost, end }) });
    if (this.chance.below(4) > 0) await this.settleOne();
  }

  async settleOne(): Promise<void> {
    const next = this.underWay.shift();
    if (!next) return;
    const { chargedMicros } = await this.economy.books.settle(next.settle);
    next.payer.chargedMicros += chargedMicros;
    next.key.chargedMicros += chargedMicros;
    this.around.note("settle");
  }

  /** A gateway stands still with a stream; others end its hold, by what it had noted or not at all; it delivers after all. */
  async stallAndDeliver(payer: Agent, key: Key): Promise<void> {
    const { database, books } = this.economy;
    const lease = await keepLease(database.pool, "stalled");
    const stalled = createBooks(database.pool, lease);
    const { reserve, charge, cost } = this.draw(payer, key);
    const draft = { ...reserve.draft, streamed: true };
    const { outcome } = await stalled.reserve({ ...reserve, draft });
    const { hold } = reserve;
    const end = anEnd({
      poolKey: key.poolKey,
      attempts: [{ n: 1, poolKey: key.poolKey, channel: PROVIDER, outcome: "ok", costNanos: cost, latencyMs: 1 }],
    });
    if (outcome === "held" && this.chance.below(2) === 0) {
      const half = { chargeMicros: micros(charge / 2n), costNanos: nanos(cost / 2n), latencyMs: 1, ttftMs: 1 };
      const meters = { meters: {}, multipliers: [], breakdown: [], costBreakdown: [] };
      await stalled.extend({ hold, toMicros: null, checkpoint: { ...half, ...meters } });
    }
    await lease.close();
    if (outcome !== "held") return;
    await recoverHolds(database, books, LEASE_TIMINGS);
    if (this.chance.below(2) === 0) await this.around.fold();
    const before = await this.debtOf(payer);
    const late = await books.settle({ ...aSettle(hold, micros(charge), { costNanos: cost, end }), isDelivered: true });
    payer.chargedMicros += late.chargedMicros;
    key.chargedMicros += late.chargedMicros;
    payer.owedMicros += (await this.debtOf(payer)) - before;
    this.around.note(`stalled: ${late.outcome}`);
  }

  private async debtOf({ wallet }: Agent): Promise<bigint> {
    const { rows } = await this.economy.database.pool.query<{ debt: bigint }>(
      "select debt from books.wallet where id = $1",
      [wallet],
    );
    return rows[0]?.debt ?? 0n;
  }

  async settleAll(): Promise<void> {
    while (this.underWay.length > 0) await this.settleOne();
  }
}
