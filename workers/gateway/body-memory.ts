import { ScripError } from "../../lib/errors";

/** The memory that one body takes. */
export type BodyShare = {
  /** Errors: `ScripError` unavailable where all bodies together, or those of its sender, would take too much. */
  take(bytes: number): void;
  /** So much of what was taken isn't needed any more. */
  give(bytes: number): void;
  /** The body isn't needed any more. */
  end(): void;
};
/** The memory that the bodies of a process may take together, and those of one sender: slow ones leave room for others. */
export type BodyMemory = { begin(sender: string, sendersMax: number): BodyShare };

export function createBodyMemory(bytesMax: number): BodyMemory {
  let taken = 0;
  const bySender = new Map<string, number>();

  function add(sender: string, bytes: number): void {
    taken += bytes;
    const left = (bySender.get(sender) ?? 0) + bytes;
    if (left > 0) bySender.set(sender, left);
    else bySender.delete(sender);
  }

  return {
    begin(sender, sendersMax) {
      let own = 0;
      return {
        take(bytes) {
          if (taken + bytes > bytesMax || (bySender.get(sender) ?? 0) + bytes > sendersMax) {
            throw new ScripError("unavailable", "Too many large requests are under way. Try again shortly.", {
              retryAfterS: 2,
            });
          }
          add(sender, bytes);
          own += bytes;
        },
        give(bytes) {
          add(sender, -bytes);
          own -= bytes;
        },
        end() {
          add(sender, -own);
          own = 0;
        },
      };
    },
  };
}
