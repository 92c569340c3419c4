import { hash, verify } from "@node-rs/argon2";
import { dictionary } from "@zxcvbn-ts/language-common";

// An estimate of strength would say more, and takes a second and more for a random password of 40 characters
// (@zxcvbn-ts/core 4.2.0): too long for the thread that serves everybody.
let common: ReadonlySet<string> | undefined;

/**
 * Whether a password is among the 49,233 most used ones, in whatever case, or repeats a single character.
 *
 * Source: @zxcvbn-ts/language-common 4.1.3; NIST SP 800-63B, 5.1.1.2.
 */
export function isCommonPassword(password: string): boolean {
  common ??= new Set(dictionary["passwords-common"]);
  return common.has(password.toLowerCase()) || new Set(password).size === 1;
}

// OWASP's first choice for Argon2id (the library's default algorithm): 19 MiB, 2 passes, 1 lane.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The Argon2id hash of a password, with its salt and cost. Source: OWASP Password Storage Cheat Sheet. */
export const hashPassword = (password: string): Promise<string> => hash(password, COST);

let nobodysHash: Promise<string> | undefined;

/** Whether a password matches a hash. Without a hash it takes the same time and doesn't. */
export async function isPassword(password: string, passwordHash: string | null): Promise<boolean> {
  nobodysHash ??= hashPassword("the password of nobody");
  const matches = await verify(passwordHash ?? (await nobodysHash), password);
  return matches && passwordHash !== null;
}
