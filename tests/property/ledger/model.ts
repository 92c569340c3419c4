import { type Micros, micros } from "@/lib/money";

/** A wallet as the specification says it behaves, written the long way: one thing after another, no sets. */
export type Lot = { id: bigint; source: "promo" | "purchased"; left: bigint; expiresMs: number | null };
export type Hold = { amount: bigint; arrivedMs: number };
/** A hold that others ended while its gateway stood still: what it was, and what was charged then and late. */
export type Reaped = { amount: bigint; charged: bigint; inAll: bigint | null };
type Plain = "referral" | "vested" | "unvested";
export type Source = Lot["source"] | Plain;

const BURN: readonly Source[] = ["promo", "referral", "purchased", "vested", "unvested"];
const CLAW: readonly Source[] = ["unvested", "vested", "promo", "referral", "purchased"];
const least = (...values: bigint[]): bigint => values.reduce((a, b) => (b < a ? b : a));
const atLeastZero = (value: bigint): bigint => (value > 0n ? value : 0n);

export class WalletModel {
  lots: Lot[] = [];
  plain: Record<Plain, bigint> = { referral: 0n, vested: 0n, unvested: 0n };
  holds = new Map<string, Hold>();
  reaped = new Map<string, Reaped>();
  debt = 0n;
  advance = 0n;
  advanceLimit = 0n;

  sum(source: Source): bigint {
    if (source !== "promo" && source !== "purchased") return this.plain[source];
    return this.lots.filter((lot) => lot.source === source).reduce((sum, lot) => sum + lot.left, 0n);
  }
  get total(): bigint {
    return BURN.reduce((sum, source) => sum + this.sum(source), 0n);
  }
  get held(): bigint {
    return [...this.holds.values()].reduce((sum, hold) => sum + hold.amount, 0n);
  }
  get advanceRoom(): bigint {
    return atLeastZero(this.advanceLimit - this.advance);
  }
  /** What may be spent, holds aside: of unvested credits no more than the advance allows. */
  private get usable(): bigint {
    return this.total - this.plain.unvested + least(this.plain.unvested, this.advanceRoom);
  }
  get spendable(): Micros {
    return micros(this.debt > 0n ? 0n : atLeastZero(this.usable - this.held));
  }

  private lotsOf(source: Source): Lot[] {
    const far = Number.MAX_SAFE_INTEGER;
    return this.lots
      .filter((lot) => lot.source === source && lot.left > 0n)
      .sort((a, b) => (a.expiresMs ?? far) - (b.expiresMs ?? far) || Number(a.id - b.id));
  }

  private takeFrom(source: Source, most: bigint, isSpent: boolean, may: (lot: Lot) => boolean = () => true): bigint {
    if (source !== "promo" && source !== "purchased") {
      const part = least(this.plain[source], most);
      this.plain[source] -= part;
      if (source === "unvested" && isSpent) this.advance += part;
      return part;
    }
    let taken = 0n;
    for (const lot of this.lotsOf(source)) {
      if (!may(lot)) continue;
      const part = least(lot.left, most - taken);
      lot.left -= part;
      taken += part;
    }
    return taken;
  }

  /** Take what is free, in an order; spent unvested credits stay within the advance's limit. */
  private take(amount: bigint, order: readonly Source[], isSpent: boolean): bigint {
    let left = atLeastZero(least(amount, (isSpent ? this.usable : this.total) - this.held));
    let taken = 0n;
    for (const source of order) {
      const most = source === "unvested" && isSpent ? least(left, this.advanceRoom) : left;
      const part = this.takeFrom(source, most, isSpent);
      taken += part;
      left -= part;
    }
    return taken;
  }

  payDebt(): void {
    if (this.debt > 0n) this.debt -= this.take(this.debt, BURN, true);
  }

  credit(source: Source, amount: bigint, lotId: bigint | null, expiresMs: number | null): void {
    if (source === "promo" || source === "purchased") {
      this.lots.push({ id: lotId ?? -1n, source, left: amount, expiresMs });
    } else this.plain[source] += amount;
    this.payDebt();
  }

  /** Expire what is past its time and that no open hold from before may still burn. */
  expire(nowMs: number): void {
    let kept = 0n;
    for (const lot of this.lotsOf("promo")) {
      if (lot.expiresMs === null || lot.expiresMs > nowMs) continue;
      const before = lot.expiresMs;
      const claims = [...this.holds.values()]
        .filter((hold) => hold.arrivedMs < before)
        .reduce((sum, h) => sum + h.amount, 0n);
      const keep = least(lot.left, atLeastZero(claims - kept));
      kept += keep;
      lot.left -= atLeastZero(least(lot.left - keep, this.usable - this.held));
    }
  }

  reserve(id: string, amount: bigint, nowMs: number): "held" | "short" | "debt" {
    this.expire(nowMs);
    if (this.debt > 0n) return "debt";
    if (amount > this.spendable) return "short";
    this.holds.set(id, { amount, arrivedMs: nowMs });
    return "held";
  }

  extend(id: string, more: bigint): "held" | "short" | "closed" {
    const hold = this.holds.get(id);
    if (!hold) return "closed";
    if (more > this.spendable) return "short";
    hold.amount += more;
    return "held";
  }

  end(id: string, charge: bigint, nowMs: number): bigint | "closed" {
    const hold = this.holds.get(id);
    if (!hold) return "closed";
    const charged = charge > hold.amount ? least(charge, hold.amount + this.spendable) : charge;
    this.holds.delete(id);
    let left = charged;
    for (const source of BURN) {
      left -= this.takeFrom(source, left, true, (lot) => lot.expiresMs === null || lot.expiresMs > hold.arrivedMs);
    }
    if (left > 0n) throw new Error(`the model could not pay ${left} of ${charged}`);
    this.expire(nowMs);
    this.payDebt();
    return charged;
  }

  /** A hold ends by what others know of it, at most the hold. */
  reap(id: string, checkpoint: bigint, nowMs: number): bigint | "closed" {
    const { amount } = this.holds.get(id) ?? { amount: 0n };
    const charged = this.end(id, least(checkpoint, amount), nowMs);
    if (charged !== "closed") this.reaped.set(id, { amount, charged, inAll: null });
    return charged;
  }

  /** Its gateway is back, and says what was delivered: once, up to the hold, from what is free and then as debt. */
  reportLate(id: string, delivered: bigint, nowMs: number): bigint | "closed" {
    const ended = this.reaped.get(id);
    if (!ended) return "closed";
    if (ended.inAll !== null) return ended.inAll;
    if (delivered <= ended.charged) return "closed";
    const due = atLeastZero(least(delivered, ended.amount) - ended.charged);
    this.expire(nowMs);
    this.debt += due - this.take(due, BURN, true);
    return (ended.inAll = ended.charged + due);
  }

  debit(amount: bigint, lotId: bigint | null, mayOwe: boolean): bigint {
    let taken = 0n;
    const lot = this.lots.find((each) => each.id === lotId);
    if (lot) {
      taken = atLeastZero(least(lot.left, amount, this.usable - this.held));
      lot.left -= taken;
    }
    taken += this.take(amount - taken, BURN, true);
    if (mayOwe) this.debt += amount - taken;
    return taken;
  }

  vest(amount: bigint): void {
    const covered = least(this.advance, amount);
    this.advance -= covered;
    this.plain.unvested -= amount - covered;
    this.plain.vested += amount - covered;
    this.payDebt();
  }

  clawBack(amount: bigint): void {
    const unvested = this.plain.unvested;
    const taken = this.take(amount, CLAW, false);
    this.debt += amount - taken;
    const covered = least(this.advance, amount - (unvested - this.plain.unvested));
    this.advance -= covered;
    // Held credits stay for their holds, and no longer wait for a vesting that won't come.
    const rest = least(this.plain.unvested, amount - (unvested - this.plain.unvested) - covered);
    this.plain.unvested -= rest;
    this.plain.vested += rest;
  }
}
