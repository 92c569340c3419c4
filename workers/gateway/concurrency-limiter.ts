import { ScripError } from "../../lib/errors";

/** Lets so much work run at once; the rest waits its turn. Errors: `ScripError` unavailable where too much waits. */
type Turnstile = <T>(work: () => Promise<T>) => Promise<T>;

/** A turnstile with nothing under way. */
export function createConcurrencyLimiter(atOnce: number, waitingMax: number): Turnstile {
  const waiting: (() => void)[] = [];
  let underWay = 0;

  async function enter(): Promise<void> {
    if (underWay < atOnce) {
      underWay++;
      return;
    }
    if (waiting.length >= waitingMax) {
      throw new ScripError("unavailable", "Too much of this is asked at the moment. Try again shortly.", {
        retryAfterS: 1,
      });
    }
    // Whoever leaves hands the place over.
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else underWay--;
  }

  return async (work) => {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
