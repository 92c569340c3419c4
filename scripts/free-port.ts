import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { Stop } from "./console";

// Below those that systems give to outgoing connections: what is free stays so until whoever asked listens on it.
const [FIRST, END] = [15_000, 32_000];
const TRIES_MAX = 100;

/** Whether nobody listens on that port of 127.0.0.1. */
export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });

/** A port of 127.0.0.1 that nobody listens on at the moment. Errors: `Stop` where none is found. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const port = randomInt(FIRST, END);
    if (await isFree(port)) return port;
  }
  throw new Stop("no port is free on 127.0.0.1");
}
