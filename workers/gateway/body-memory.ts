import { ScripError } from "../../lib/errors";

/** The memory that one body takes. */
export type BodyShare = {
  /** Errors: `ScripError` unavailable where all bodies together would take too much. */
  take(bytes: number): void;
  /** The body isn't needed any more. */
  end(): void;
};
/** The memory that the bodies of a process may take together. */
export type BodyMemory = { begin(): BodyShare };

export function createBodyMemory(bytesMax: number): BodyMemory {
  let taken = 0;
  return {
    begin() {
      let own = 0;
      return {
        take(bytes) {
          if (taken + bytes > bytesMax) {
            throw new ScripError("unavailable", "Too many large requests are under way. Try again shortly.", {
              retryAfterS: 2,
            });
          }
          taken += bytes;
          own += bytes;
        },
        end() {
          taken -= own;
          own = 0;
        },
      };
    },
  };
}
