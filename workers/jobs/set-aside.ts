import { readConfigVersion } from "../../lib/db";
import type { Uuid } from "../../lib/ids";
import { nowMs } from "../../lib/time";
import { type JobContext, raiseAlert } from "./loop";

/** How long what failed by itself is passed over. Units: milliseconds. */
export const SET_ASIDE_MS = 60_000;

/**
 * What of a loop's work fails by itself, each an alert: passed over for a while, so that the rest goes on, then tried again. A
 * process that starts knows of none, and finds them by trying.
 */
export class SetAside {
  readonly #untilMs = new Map<Uuid, number>();

  constructor(
    private readonly context: JobContext,
    private readonly alert: string,
    private readonly forMs = SET_ASIDE_MS,
  ) {}

  /** What is to be passed over now. */
  ids(): Uuid[] {
    const atMs = nowMs();
    return [...this.#untilMs].flatMap(([id, untilMs]) => (untilMs > atMs ? [id] : []));
  }

  /** Pass it over from now on. Errors: those of the database where it is away: that is no row's fault. */
  async add(id: Uuid, error: unknown): Promise<void> {
    await readConfigVersion(this.context.database.reader);
    this.#untilMs.set(id, nowMs() + this.forMs);
    raiseAlert(this.context.log, this.alert, { id, error });
  }
}
