import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { assert } from "@/lib/errors";
import { delay } from "@/lib/time";
import { until } from "../support/until";
import type { Crowd } from "./crowd";
import { childrenOf } from "./postgres-crash";
import type { World } from "./world";

/** Where the crowd's clients ask: each gateway, and the web port in front of the second. */
export const PLACES = { first: 0, second: 1, web: 2 } as const;

export type Victim = "gateway" | "web" | "jobs" | "sandbox" | "postgres";

/** Which places a victim's clients are at. */
const PLACES_OF: Record<Victim, readonly number[]> = {
  gateway: [PLACES.first],
  web: [PLACES.web],
  jobs: [],
  sandbox: [PLACES.first, PLACES.second, PLACES.web],
  postgres: [PLACES.first, PLACES.second, PLACES.web],
};

/** What one stall came to. Times are milliseconds of `performance.now()`. */
export type Stalled = {
  victims: readonly Victim[];
  pids: Record<string, readonly number[]>;
  stoppedMs: number;
  continuedMs: number;
  /** When every place had served again. */
  servedMs: number;
  /** What was under way at the victims' places when they were stopped. */
  underWay: { streams: number; wholes: number };
  /** What lay in the kernel for each stopped process to read before it went on. Units: bytes. */
  unread: Record<string, number>;
  /** Events that came to clients while the victims stood still: of what their stall doesn't touch. */
  events: number;
  leasesClosed: number;
};

type Span = { place: number; askedMs: number; doneMs: number };
const isAt = (place: number, { victims }: Stalled): boolean =>
  victims.some((victim) => PLACES_OF[victim].includes(place));

/** Whether a request was under way at a victim's place while that stood still. */
export const isTouched = ({ place, askedMs, doneMs }: Span, stalled: Stalled): boolean =>
  isAt(place, stalled) && askedMs < stalled.continuedMs && doneMs > stalled.stoppedMs;

/** Whether a request came to a victim's place while that stood still, or before it had served again. */
export const isInTheWay = ({ place, askedMs, doneMs }: Span, stalled: Stalled): boolean =>
  isAt(place, stalled) && askedMs < stalled.servedMs && doneMs > stalled.stoppedMs;

function pidsOf(world: World, victim: Victim): number[] {
  const { jobs, sandbox, web } = world.processes;
  switch (victim) {
    case "gateway":
      return world
        .gateways()
        .slice(0, 1)
        .map(({ pid }) => pid);
    case "postgres":
      return [world.postmaster(), ...childrenOf(world.postmaster())];
    case "web":
    case "jobs":
    case "sandbox":
      return [{ web, jobs, sandbox }[victim].pid];
  }
}

/** Linux only, like the rounds. */
const stateOf = (pid: number): string => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
};

/** Stop a victim with all its processes, as a pause of their machine does. */
function stop(world: World, victim: Victim): number[] {
  const [first, ...rest] = pidsOf(world, victim);
  assert(first !== undefined, `there is no ${victim}`);
  process.kill(first, "SIGSTOP");
  // Only now does it start no further ones.
  const pids = victim === "postgres" ? pidsOf(world, victim) : [first, ...rest];
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  return pids;
}

function unreadBytes(pid: number): number {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap(
      (fd) => /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1] ?? [],
    ),
  );
  const [, ...lines] = readFileSync("/proc/net/tcp", "utf8").trim().split("\n");
  return lines.reduce((sum, line) => {
    const [, , , state, queues = "", , , , , inode = ""] = line.trim().split(/\s+/);
    const isListening = state === "0A";
    return inodes.has(inode) && !isListening ? sum + Number.parseInt(queues.split(":")[1] ?? "0", 16) : sum;
  }, 0);
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return ""; // closed since it was listed
  }
}

/** How many leases of gateways were closed so far, by whomever. */
export async function closedLeases(world: World): Promise<number> {
  const { pool } = world.database();
  const { rows } = await pool.query<{ closed: bigint }>(
    "select count(*) as closed from books.lease where closed_at is not null",
  );
  return Number(rows[0]?.closed ?? 0n);
}

function underWayAt(crowd: Crowd, victims: readonly Victim[]): { streams: number; wholes: number } {
  const places = new Set(victims.flatMap((victim) => PLACES_OF[victim]));
  const all = [...places].map((place) => crowd.underWay(place));
  return {
    streams: all.reduce((sum, { streams }) => sum + streams, 0),
    wholes: all.reduce((sum, { wholes }) => sum + wholes, 0),
  };
}

/** Requests are served again at every place: one that was asked for after the stall was complete. */
async function servedAgain(crowd: Crowd, sinceMs: number, limitMs: number): Promise<void> {
  const isServed = (place: number): boolean =>
    crowd.seen.some((one) => one.place === place && one.askedMs > sinceMs && one.isWhole && one.status === 200);
  await until(() => Object.values(PLACES).every(isServed), "every place serves again", limitMs);
}

export type StallOrder = { victims: readonly Victim[]; forMs: number; backWithinMs: number };

/** Stop victims under load for a while, let them go on, and wait until every place serves again. */
export async function stall(
  world: World,
  crowd: Crowd,
  { victims, forMs, backWithinMs }: StallOrder,
): Promise<Stalled> {
  const isBusy = (): boolean =>
    victims.every(
      (victim) => PLACES_OF[victim].length === 0 || Object.values(underWayAt(crowd, [victim])).every(Boolean),
    );
  await until(isBusy, "streams and whole replies are under way at every victim", backWithinMs);
  const closedBefore = await closedLeases(world);
  const underWay = underWayAt(crowd, victims);
  const stoppedMs = performance.now();
  const pids = Object.fromEntries(victims.map((victim) => [victim, stop(world, victim)]));
  const stopped = Object.values(pids).flat();
  try {
    await until(() => stopped.every((pid) => stateOf(pid) === "T"), "all of them stand still");
    const eventsBefore = crowd.events();
    await delay(forMs);
    const unread = Object.fromEntries(
      Object.entries(pids).map(([victim, of]) => [victim, of.reduce((sum, pid) => sum + unreadBytes(pid), 0)]),
    );
    const events = crowd.events() - eventsBefore;
    const leasesClosed = victims.includes("postgres") ? 0 : (await closedLeases(world)) - closedBefore;
    for (const pid of stopped.toReversed()) process.kill(pid, "SIGCONT");
    const continuedMs = performance.now();
    await servedAgain(crowd, continuedMs, backWithinMs);
    const servedMs = performance.now();
    const inAll = (await closedLeases(world)) - closedBefore;
    return {
      victims,
      pids,
      stoppedMs,
      continuedMs,
      servedMs,
      underWay,
      unread,
      events,
      leasesClosed: Math.max(leasesClosed, inAll),
    };
  } finally {
    // Whatever went wrong, nobody is left standing.
    for (const pid of stopped) continueIfThere(pid);
  }
}

function continueIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGCONT");
  } catch {
    // It ended by itself.
  }
}
