import {
  contribute,
  closeKey,
  pauseContribution,
  planQuote,
  quoteContribution,
  resumeContribution,
  retireContribution,
  type Revalidation,
  topUpContribution,
} from "@/lib/contributions";
import { ScripError } from "@/lib/errors";
import { randomText, type Uuid } from "@/lib/ids";
import { creditWallet, debitWallet } from "@/lib/ledger";
import { micros, nanos } from "@/lib/money";
import { upstreamHostOf } from "@/lib/providers";
import { SecretText } from "@/lib/vault";
import { aPosting, cr } from "../../support/a-ledger";
import type { Chance } from "../chance";
import { type Agent, type Economy, type Key, PROVIDER } from "./economy";
import { Traffic } from "./traffic";

const USD = 1_000_000_000n;
const BASE_URL = "http://127.0.0.1:9/v1";
const BASE_URLS = new Map([[PROVIDER, BASE_URL]]);
const TAKEN_FROM = ["promo", "referral", "purchased", "vested"] as const;

/** The play of one seed: agents, their keys, requests under way, and what each did, for a report. */
export class Play {
  readonly agents: Agent[] = [];
  readonly keys: Key[] = [];
  readonly done = new Map<string, number>();
  private readonly traffic: Traffic;

  constructor(
    readonly economy: Economy,
    readonly chance: Chance,
    private feeThousandths: bigint,
  ) {
    this.traffic = new Traffic(economy, chance, {
      keys: this.keys,
      note: (what) => this.note(what),
      fold: () => this.fold(),
    });
  }

  /** An honest buyer, a contributor, two accounts of one person who pay each other's keys at a discount, and a thief. */
  async begin(): Promise<void> {
    const cast = { honest: 100n, contributor: 100n, ring_one: 25n, ring_two: 50n, thief: 100n } as const;
    for (const [name, percent] of Object.entries(cast)) this.agents.push(await this.economy.addAgent(name, percent));
    for (const agent of this.agents) if (agent.name !== "thief") await this.buy(agent);
  }

  private note(what: string): void {
    this.done.set(what, (this.done.get(what) ?? 0) + 1);
  }

  /** Errors: what isn't a refusal. */
  private async tryTo<T>(what: string, work: () => Promise<T>): Promise<T | null> {
    try {
      const result = await work();
      this.note(what);
      return result;
    } catch (error) {
      if (!(error instanceof ScripError)) throw error;
      this.note(`${what}: ${error.code}`);
      return null;
    }
  }

  async step(): Promise<void> {
    const agent = this.chance.pick(this.agents);
    const roll = this.chance.below(100);
    if (this.keys.length === 0 || roll < 8) await this.contribute(agent);
    else if (roll < 52) await this.traffic.request(agent, this.chance.pick(this.keys));
    else if (roll < 62) await this.traffic.settleOne();
    else if (roll < 78) await this.fold();
    else if (roll < 82) await this.buy(agent);
    else if (roll < 85) await this.refund(agent);
    else if (roll < 87) await this.give(agent);
    else if (roll < 90) await this.topUp(this.chance.pick(this.keys));
    else if (roll < 93) await this.traffic.stallAndDeliver(agent, this.chance.pick(this.keys));
    else if (roll < 97) await this.change();
    else await this.end(this.chance.pick(this.keys));
  }

  private async buy(agent: Agent): Promise<void> {
    const pack = this.chance.pick([
      { credits: 1_000, usd: 10n },
      { credits: 10_000, usd: 90n },
    ]);
    const amountMicros = cr(pack.credits);
    const { lot } = await this.economy.run((tx, ctx) =>
      creditWallet(tx, ctx, {
        ...aPosting(agent.wallet, "purchase"),
        source: "purchased",
        amountMicros,
        paidNanos: nanos(pack.usd * USD),
      }),
    );
    if (lot !== null) agent.lots.push({ lot, amountMicros });
    agent.paidMicros += amountMicros;
    this.note("buy");
  }

  private async give(agent: Agent): Promise<void> {
    const amountMicros = cr(1 + this.chance.below(500));
    await this.economy.run((tx, ctx) =>
      creditWallet(tx, ctx, { ...aPosting(agent.wallet, "grant"), source: "promo", amountMicros }),
    );
    agent.paidMicros += amountMicros;
    this.note("give");
  }

  /** All of a purchase is taken back, as after a dispute: what was spent of it is owed. */
  private async refund(agent: Agent): Promise<void> {
    const bought = agent.lots.pop();
    if (!bought) return;
    const { takenMicros, owedMicros } = await this.economy.run((tx, ctx) =>
      debitWallet(tx, ctx, {
        ...aPosting(agent.wallet, "refund"),
        amountMicros: micros(bought.amountMicros),
        order: TAKEN_FROM,
        lot: bought.lot,
        to: "cash_issued",
        mayOwe: true,
      }),
    );
    agent.paidMicros -= takenMicros + owedMicros;
    agent.owedMicros += owedMicros;
    this.note("refund");
  }

  private async quote(
    owner: Agent,
    key: Pick<Key, "secret" | "account">,
    usd: bigint,
    topUpOf: Uuid | null,
  ): Promise<{ quoteId: Uuid; revalidation: Revalidation }> {
    const { economy } = this;
    const input = { userId: owner.userId, provider: PROVIDER, secret: new SecretText(key.secret), topUpOf };
    const plan = await planQuote(economy.database.reader, economy.ctx(), { ...input, declaredNanos: null }, BASE_URLS);
    const leftNanos = plan.topUp?.leftNanos ?? null;
    const balanceNanos = nanos((leftNanos ?? 0n) + usd * USD);
    const validation = { outcome: "valid", balanceNanos, balanceAfterNanos: null, accountId: key.account } as const;
    const view = await economy.run((tx, ctx) => quoteContribution(tx, ctx, { plan, validation }));
    return { quoteId: view.id, revalidation: { host: upstreamHostOf(BASE_URL), leftNanos, validation } };
  }

  /** A thief brings what others brought before: the same key, or another one of its account. */
  private async contribute(owner: Agent): Promise<void> {
    const stolen = owner.name === "thief" && this.keys.length > 0 ? this.chance.pick(this.keys) : null;
    const secret =
      stolen && (stolen.account === null || this.chance.below(2) === 0)
        ? stolen.secret
        : `sk-economy-${randomText(24)}`;
    // Some providers don't name the account: nothing may be spent in advance of such a key.
    const account = stolen?.account ?? (this.chance.below(6) === 0 ? null : `org-${randomText(12)}`);
    const usd = BigInt(1 + this.chance.below(40));
    const made = await this.tryTo(stolen ? "contribute what isn't one's own" : "contribute", async () => {
      const quote = await this.quote(owner, { secret, account }, usd, null);
      const input = { userId: owner.userId, walletId: owner.wallet, attest: true, ...quote };
      const view = await this.economy.run((tx, ctx) => contribute(tx, ctx, input));
      return { contributionId: view.id, poolKey: quote.quoteId };
    });
    if (!made) return;
    const { feeThousandths } = this;
    this.keys.push({ ...made, owner, secret, account, feeThousandths, chargedMicros: 0n, isOver: false });
  }

  private async topUp(key: Key): Promise<void> {
    const { owner, contributionId } = key;
    const done = await this.tryTo("top up", async () => {
      const quote = await this.quote(owner, key, BigInt(1 + this.chance.below(20)), contributionId);
      const input = { userId: owner.userId, contributionId, attest: true, ...quote };
      return this.economy.run((tx, ctx) => topUpContribution(tx, ctx, input));
    });
    if (done && this.feeThousandths < key.feeThousandths) key.feeThousandths = this.feeThousandths;
  }

  /** One folder, two at once, or one that dies before its commit. */
  private async fold(): Promise<void> {
    const { economy, chance } = this;
    const limit = 1 + chance.below(20);
    switch (chance.below(8)) {
      case 0:
        await Promise.all([economy.fold(limit), economy.fold(limit)]);
        return this.note("fold twice at once");
      case 1:
        await economy.foldAndDie(limit);
        return this.note("fold and die");
      default:
        await economy.fold(limit);
        return this.note("fold");
    }
  }

  /** The operator changes a price, the fee or the advance; an owner pauses or resumes. */
  private async change(): Promise<void> {
    const { economy, chance } = this;
    const { owner, contributionId } = chance.pick(this.keys);
    const own = { userId: owner.userId, contributionId };
    switch (chance.below(5)) {
      case 0:
        await economy.setPrice(chance.pick([3, 5, 8]));
        return this.note("change the price");
      case 1:
        this.feeThousandths = chance.pick([50n, 100n, 250n]);
        await economy.setSettings({ contribution_fee: Number(this.feeThousandths) / 1_000 });
        return this.note("change the fee");
      case 2:
        await economy.setSettings({ advance_limit: chance.pick([0, 2_000, 10_000]) });
        return this.note("change the advance");
      case 3:
        await this.tryTo("pause", () => economy.run((tx, ctx) => pauseContribution(tx, ctx, own)));
        return;
      default:
        await this.tryTo("resume", () => economy.run((tx, ctx) => resumeContribution(tx, ctx, own)));
    }
  }

  /** A key is taken back by its owner, or dies at its provider: with requests under way, and whatever was spent in advance. */
  private async end(key: Key): Promise<void> {
    const { owner, contributionId, poolKey } = key;
    const { economy } = this;
    const own = { userId: owner.userId, contributionId };
    if (this.chance.below(2) === 0)
      await this.tryTo("retire", () => economy.run((tx, ctx) => retireContribution(tx, ctx, own)));
    else await this.tryTo("revoke", () => economy.run((tx, ctx) => closeKey(tx, ctx, { poolKeyId: poolKey })));
    key.isOver = true;
  }

  /** All that is under way ends, and is folded. */
  async finish(): Promise<void> {
    await this.traffic.settleAll();
    while (await this.economy.fold(1_000));
  }
}
