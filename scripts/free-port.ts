import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { Stop } from "./console";

// Below the ports that systems lend to connections going out, and to whoever listens on "any": one that was found free
// stays so until the process that it is for listens on it, and while that one is down.
const FIRST = 20_000;
const BEYOND = 30_000;
const TRIES = 100;

/** Whether one could listen on that port of that address. */
export function isPortFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

/** A port of that address that nobody listens on. Errors: `Stop` where none is found. */
export async function freePort(host = "127.0.0.1"): Promise<number> {
  for (let tried = 0; tried < TRIES; tried++) {
    const port = randomInt(FIRST, BEYOND);
    if (await isPortFree(port, host)) return port;
  }
  throw new Stop(`no port is free on ${host}`);
}
