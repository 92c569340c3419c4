import { Stop } from "../console";

const show = (value: unknown): string =>
  typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 9 }) : String(value);

/** Print a figure and hold it against what it must be. Errors: `Stop` where it differs. */
export function figure(what: string, actual: unknown, expected: unknown): void {
  process.stdout.write(`     ${what.padEnd(42)} ${show(actual).padStart(12)}\n`);
  if (actual !== expected) throw new Stop(`${what} is ${show(actual)}, and should be ${show(expected)}`);
}

/** Print a step of the story. */
export function chapter(number: number, text: string): void {
  process.stdout.write(`\n  ${number}. ${text}\n`);
}
