import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { Stop } from "./console";
import { commandOf } from "./processes";

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

const LISTENING = "0A";

/** The process that listens on a port, where its system lets us see that. */
export function whoListens(port: number): { pid: number; command: string } | null {
  const pid = existsSync("/proc/net/tcp") ? fromProc(port) : fromLsof(port);
  return pid === null ? null : { pid, command: commandOf(pid) };
}

function fromLsof(port: number): number | null {
  const { stdout } = spawnSync("lsof", ["-nP", "-t", `-iTCP:${port}`, "-sTCP:LISTEN"], { encoding: "utf8" });
  const pid = Number(stdout?.split("\n")[0]);
  return Number.isInteger(pid) && pid > 0 ? pid : null;
}

function fromProc(port: number): number | null {
  const sockets = new Set(listeningInodes(port).map((inode) => `socket:[${inode}]`));
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const descriptors = readdirSync(`/proc/${entry}/fd`);
      if (descriptors.some((fd) => sockets.has(linkOf(`/proc/${entry}/fd/${fd}`)))) return Number(entry);
    } catch {
      // Another user's process, or one that just ended.
    }
  }
  return null;
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return "";
  }
}

/** Inodes of sockets that listen on the port, from the kernel's tables: address:port in hexadecimal, state, inode. */
function listeningInodes(port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return ["/proc/net/tcp", "/proc/net/tcp6"]
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, "utf8").split("\n").slice(1))
    .map((row) => row.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === LISTENING)
    .map((fields) => fields[9] ?? "");
}
