import { delay } from "../../lib/time";

/** What goes wrong with the next requests: an error, a delay, a cut, a wrong report. */
export type ScriptedFault = {
  /** Which calls it is for. */
  on: "chat" | "models" | "billing" | "stripe";
  /** Only for this key; any key without it. */
  key?: string;
  /** How many requests it is for. */
  count: number;
  /** A name from the provider's table of errors. */
  error?: string;
  status?: number;
  /** Output tokens after which the connection breaks. */
  cut_after?: number;
  /** Output tokens after which an error comes in the stream. */
  error_after?: number;
  /** Time before the first byte. Units: milliseconds. */
  delay_ms?: number;
  /** Leave out the usage report. */
  no_usage?: boolean;
  /** Report this instead of the true usage; what is billed stays the truth. */
  usage?: unknown;
};

export type ScriptedFaults = {
  add(fault: ScriptedFault): void;
  /** The oldest fault that is for this call and key, used once; `null` without one. */
  take(on: ScriptedFault["on"], key: string): ScriptedFault | null;
  list(): readonly ScriptedFault[];
  /** Wait for a fault's delay, until `signal` aborts or the delays are resumed. Units: milliseconds. */
  delay(delayMs: number, signal: AbortSignal): Promise<void>;
  /** End the delays under way; how many there were. */
  resume(): number;
};

/** No faults: every request is served. */
export function newScriptedFaults(): ScriptedFaults {
  const faults: ScriptedFault[] = [];
  const delayed = new Set<AbortController>();
  return {
    add: (fault) => void faults.push({ ...fault }),
    take(on, key) {
      const at = faults.findIndex((fault) => fault.on === on && (fault.key === undefined || fault.key === key));
      const fault = faults[at];
      if (!fault) return null;
      fault.count -= 1;
      if (fault.count === 0) faults.splice(at, 1);
      return fault;
    },
    list: () => faults,
    async delay(delayMs, signal) {
      const resumed = new AbortController();
      delayed.add(resumed);
      await delay(delayMs, AbortSignal.any([signal, resumed.signal])).catch(() => undefined);
      delayed.delete(resumed);
    },
    resume() {
      for (const resumed of delayed) resumed.abort();
      return delayed.size;
    },
  };
}
