export type Strength = 0 | 1 | 2 | 3 | 4;
export const PASSWORD_MIN = 8;

const OBVIOUS = /^(?:.*(?:password|passwort|qwert|asdf|12345|letmein|welcome|iloveyou|admin|scrip|abc123).*)$/i;
const CLASSES = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d\s]/, /\s/, /[^ -~]/];

/**
 * A hint for people, no gate: how hard a password is to guess, from 0 (too short) to 4.
 *
 * Length counts most; sorts of characters some; repeats and what everybody uses count against it.
 */
export function passwordStrength(password: string): Strength {
  if (password.length < PASSWORD_MIN) return 0;
  const variety = new Set(password.toLowerCase()).size;
  if (variety < 5) return 1;
  const classes = CLASSES.filter((pattern) => pattern.test(password)).length;
  const points =
    Math.min(password.length, 24) + 2 * (classes - 1) + (variety >= 10 ? 2 : 0) - (OBVIOUS.test(password) ? 9 : 0);
  if (points < 14) return 1;
  if (points < 18) return 2;
  return points < 24 ? 3 : 4;
}
