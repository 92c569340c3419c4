/** What people at the terminal read: progress on standard output, reasons for stopping on standard error. */

/** A failure that the person at the terminal can mend; its message says how. */
export class Stop extends Error {
  override readonly name = "Stop";
}

export function say(text: string): void {
  process.stdout.write(`scrip  ${text}\n`);
}

export function warn(text: string): void {
  process.stderr.write(`scrip  ${text}\n`);
}

/** Says what is going on, does it, and says how long it took where that was long enough to wonder. */
export async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  say(`${what} …`);
  const started = Date.now();
  const result = await work();
  const seconds = (Date.now() - started) / 1000;
  if (seconds > 1) say(`${what}: done in ${seconds.toFixed(1)} s`);
  return result;
}

/** The text a person needs of an error: of ours the message, of others the stack. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return ["Stop", "EnvError", "MigrationError", "ScripError"].includes(error.name)
    ? error.message
    : (error.stack ?? error.message);
}
