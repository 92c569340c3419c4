import { describe, expect, test } from "vitest";
import { LEASE_STATEMENT_MS, LEASE_TIMINGS, LeaseTerm } from "@/lib/ledger";

const TTL = 36_000;
const at = (monotonicMs: number, wallMs = monotonicMs) => ({ monotonicMs, wallMs });

/** A term that was opened at zero on both clocks, and the clocks. */
function aTerm() {
  const clock = { now: at(0) };
  return { clock, term: new LeaseTerm(1n, TTL, at(0), () => clock.now) };
}

describe("a gateway's lease, as far as it may rely on it", () => {
  test("is valid for its time after the last confirmed renewal was sent, not after it was answered", () => {
    const { clock, term } = aTerm();
    clock.now = at(TTL - 1);
    expect(term.isValid()).toBe(true);
    clock.now = at(TTL);
    expect(term.isValid()).toBe(false);
    term.confirm(at(10_000)); // answered late
    expect(term.isValid()).toBe(true);
    clock.now = at(10_000 + TTL);
    expect(term.isValid()).toBe(false);
  });

  test("isn't shortened by an earlier renewal that is answered after a later one", () => {
    const { clock, term } = aTerm();
    term.confirm(at(9_000));
    term.confirm(at(6_000));
    clock.now = at(9_000 + TTL - 1);
    expect(term.isValid()).toBe(true);
  });

  test("lapses by the wall's clock where the monotonic one stood still: a suspended machine", () => {
    const { clock, term } = aTerm();
    clock.now = at(5, TTL);
    expect(term.isValid()).toBe(false);
  });

  test("lapses by the monotonic clock where the wall's was set back", () => {
    const { clock, term } = aTerm();
    clock.now = at(TTL, -3_600_000);
    expect(term.isValid()).toBe(false);
  });

  test("is over for good once it was found closed, whatever is confirmed afterwards", () => {
    const { clock, term } = aTerm();
    term.end();
    term.confirm(at(1_000));
    clock.now = at(1_001);
    expect(term.isValid()).toBe(false);
  });

  test("outlives a server that hangs for 30 s, and ends within a minute of its gateway's death", () => {
    const { ttlMs, renewMs, checksApartMs } = LEASE_TIMINGS;
    // The last renewal before a hang was sent up to a beat before it; of those under way when it ends one is as young as
    // a beat, and a look that is hung is given up.
    expect(30_000 + renewMs).toBeLessThan(ttlMs);
    expect(renewMs).toBeLessThan(checksApartMs);
    expect(LEASE_STATEMENT_MS).toBeLessThan(checksApartMs);
    const turnMs = 1_000;
    expect(ttlMs + checksApartMs + 2 * (turnMs + LEASE_STATEMENT_MS)).toBeLessThan(60_000);
  });
});
