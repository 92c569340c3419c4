/** How much an account used in its present minute, and when that ends. Units: epoch milliseconds. */
export type Used = { amount: number; endsMs: number };

/** Amounts by account in windows of a minute, each beginning with the account's first use after the last one. */
export type MinuteWindow = {
  /** Add to the present minute; negative amounts give back, never below zero. */
  add(account: string, amount: number, nowMs: number): Used;
};

const MINUTE_MS = 60_000;

/** A window that begins empty. What has ended is swept out once a minute. */
export function createMinuteWindow(): MinuteWindow {
  const windows = new Map<string, Used>();
  let sweptMs = 0;

  function sweep(nowMs: number): void {
    sweptMs = nowMs;
    for (const [account, { endsMs }] of windows) if (endsMs <= nowMs) windows.delete(account);
  }

  return {
    add(account, amount, nowMs) {
      if (nowMs - sweptMs >= MINUTE_MS) sweep(nowMs);
      let used = windows.get(account);
      if (!used || used.endsMs <= nowMs) {
        used = { amount: 0, endsMs: nowMs + MINUTE_MS };
        windows.set(account, used);
      }
      used.amount = Math.max(0, used.amount + amount);
      return used;
    },
  };
}
