import type { AccessChange, ApiKeyAccess } from "../../lib/auth";
import type { Uuid } from "../../lib/ids";

/** More changes at once than this, and everything is looked up again. */
export const CHANGES_MAX = 1_000;
/** Changes are remembered by key and account up to this many. */
const REMEMBERED_MAX = 50_000;

/**
 * Which version of the configuration last changed a key or an account: what was looked up under an earlier one is looked up
 * again, and nothing else, so that whoever changes keys in a loop empties nobody's cache but their own.
 */
export class AccessVersions {
  readonly #changed = new Map<Uuid, bigint>();
  /** What was looked up before it is stale, whatever it is. */
  #oldest: bigint;

  constructor(public present: bigint) {
    this.#oldest = present;
  }

  /** A new version was seen, with what it changed. A version that names nothing may have changed anything. */
  record(present: bigint, changes: readonly AccessChange[]): void {
    const isAnything = changes.length === 0 || changes.length > CHANGES_MAX;
    if (isAnything || this.#changed.size + changes.length > REMEMBERED_MAX) {
      this.#changed.clear();
      this.#oldest = present;
    }
    for (const { id, version } of changes) this.#changed.set(id, version);
    this.present = present;
  }

  /** Whether what was looked up while `version` was the present one still holds. */
  isCurrent(version: bigint, { key, user }: ApiKeyAccess): boolean {
    const isUnchanged = (id: Uuid): boolean => version >= (this.#changed.get(id) ?? 0n);
    return version >= this.#oldest && isUnchanged(key.id) && isUnchanged(user.id);
  }
}
