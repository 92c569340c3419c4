import { readFileSync } from "node:fs";
import { request } from "node:http";
import { delay } from "@/lib/time";
import type { Crowd } from "../crowd";
import type { Kind } from "./bodies";

/** What one run came to. */
export type Run = {
  /** The longest time for which the gateway's event loop stood still. */
  pauseMs: number;
  /** Whole replies that others got in a second. */
  perSecond: number;
  /** The most memory that the gateway has had so far. */
  memoryMb: number;
  /** What was answered to the bodies. */
  statuses: number[];
};
export type Target = { url: string; pid: number; crowd: Crowd; secretOf: (kind: Kind) => string };
/** How many bodies at what pace, and how long a run takes at least, whatever they come to. */
export type Pace = { bodies: number; everyMs: number; runMs: number };

/** Send a body as a client does that sends all of it, whatever is answered meanwhile; 0 where its connection broke. */
function send(url: string, secret: string, body: Buffer): Promise<number> {
  const { hostname, port } = new URL(url);
  const headers = { authorization: `Bearer ${secret}`, "content-length": body.length, connection: "close" };
  return new Promise((resolve) => {
    const call = request({ hostname, port, method: "POST", path: "/v1/chat/completions", headers }, (reply) => {
      reply.resume();
      reply.once("end", () => resolve(reply.statusCode ?? 0));
    });
    call.once("error", () => resolve(0));
    call.end(body);
  });
}

/** The longest pause since this was asked last. */
async function longestPauseMs(url: string): Promise<number> {
  const shown = await (await fetch(`${url}/metrics`)).text();
  return Math.round(Number(/^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(shown)?.[1] ?? Number.NaN) * 1_000);
}

/** Units: MB. NaN where the system doesn't say. */
function mostMemory(pid: number): number {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1_024);
  } catch {
    return Number.NaN;
  }
}

const isServed = ({ status, isWhole }: Crowd["seen"][number]): boolean => status === 200 && isWhole;

/** Send bodies of a kind at a pace while others go on, and see what becomes of the gateway. */
export async function measure({ url, pid, crowd, secretOf }: Target, kind: Kind, pace: Pace): Promise<Run> {
  const body = kind.make();
  await longestPauseMs(url);
  const [sinceMs, before] = [performance.now(), crowd.seen.length];
  const sent: Promise<number>[] = [];
  for (let at = 0; at < pace.bodies; at++) {
    sent.push(send(url, secretOf(kind), body));
    await delay(pace.everyMs);
  }
  const [statuses] = await Promise.all([Promise.all(sent), delay(pace.runMs - pace.bodies * pace.everyMs)]);
  const seconds = (performance.now() - sinceMs) / 1_000;
  const served = crowd.seen.slice(before).filter(isServed).length;
  return { pauseMs: await longestPauseMs(url), perSecond: served / seconds, memoryMb: mostMemory(pid), statuses };
}

/** The middle one of an odd number. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
