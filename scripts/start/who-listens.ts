import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { commandOf } from "../processes";

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
