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
