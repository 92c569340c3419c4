import { describe, expect, it } from "vitest";
import { createConcurrencyLimiter } from "../../../workers/gateway/concurrency-limiter";

/** Work that lasts until it is let go, and how much of it is under way. */
function someWork() {
  const running: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => running.push(resolve));
  return { work, running };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a concurrency limiter", () => {
  it("lets no more through at once than it is wide, and everybody in the end", async () => {
    const pass = createConcurrencyLimiter(2, 10);
    const { work, running } = someWork();
    const all = Promise.all(Array.from({ length: 5 }, () => pass(work)));
    for (let passed = 0; passed < 5; passed++) {
      await settled();
      expect(running.length).toBe(Math.min(5, passed + 2));
      running[passed]?.();
    }
    await all;
  });

  it("turns away whoever would wait in too long a row, and goes on after work that failed", async () => {
    const pass = createConcurrencyLimiter(1, 1);
    const { work, running } = someWork();
    const first = pass(work);
    const second = pass(() => Promise.reject(new Error("failed")));
    await expect(pass(work)).rejects.toMatchObject({ code: "unavailable" });
    await settled();
    running[0]?.();
    await first;
    await expect(second).rejects.toThrow("failed");
    expect(await pass(() => Promise.resolve(7))).toBe(7);
  });
});
