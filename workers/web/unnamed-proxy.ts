import { nowMs } from "../../lib/time";
import type { Log } from "../../lib/log";

const AGAIN_MS = 3_600_000;
/** Clients that one address speaks for before it is taken for a proxy. */
const CLIENTS_MIN = 3;
const CLIENTS_MAX = 100;

/**
 * Notices a proxy that TRUSTED_PROXIES doesn't name: all requests come from one address, which speaks for several clients.
 * Limits by address then count everybody as one. Warns at most once an hour.
 */
export function watchForProxy(log: Log): (remote: string, forwardedFor: string | string[] | undefined) => void {
  let only: string | null = null;
  let isOneOfMany = false;
  let clients = new Set<string>();
  let warnedMs = Number.NEGATIVE_INFINITY;
  return (remote, forwardedFor) => {
    if (isOneOfMany) return;
    only ??= remote;
    if (remote !== only) {
      isOneOfMany = true;
      clients = new Set();
      return;
    }
    if (forwardedFor !== undefined && clients.size < CLIENTS_MAX) clients.add(String(forwardedFor));
    if (clients.size < CLIENTS_MIN || nowMs() - warnedMs < AGAIN_MS) return;
    warnedMs = nowMs();
    log.warn(
      { remote },
      "every request comes from one address, with x-forwarded-for: name the proxy in TRUSTED_PROXIES, or limits by address count all clients as one",
    );
  };
}
