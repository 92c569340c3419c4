import { nowMs } from "../../lib/time";
import type { Log } from "../../lib/log";

const HOUR_MS = 3_600_000;
/** Clients that one address speaks for before it is taken for a proxy. */
const CLIENTS = 3;
const LOOPBACK = /^(?:::ffff:)?127\.|^::1$/;

/** What an hour's requests came from. */
type Seen = { sinceMs: number; only: string | null; clients: Set<string>; isSettled: boolean };

/**
 * Notices a proxy that TRUSTED_PROXIES doesn't name: all requests come from one address, which speaks for several clients.
 * Limits by address then count everybody as one. Each hour is looked at by itself, and warned of once at most; what this
 * machine asks for itself, as checks of health do, isn't looked at.
 */
export function watchForProxy(log: Log): (remote: string, forwardedFor: string | string[] | undefined) => void {
  let seen: Seen | null = null;
  return (remote, forwardedFor) => {
    if (forwardedFor === undefined && LOOPBACK.test(remote)) return;
    if (!seen || nowMs() - seen.sinceMs >= HOUR_MS) {
      seen = { sinceMs: nowMs(), only: null, clients: new Set(), isSettled: false };
    }
    if (seen.isSettled) return;
    seen.only ??= remote;
    if (forwardedFor !== undefined) seen.clients.add(String(forwardedFor));
    seen.isSettled = remote !== seen.only || seen.clients.size >= CLIENTS;
    if (remote !== seen.only || !seen.isSettled) return;
    log.warn(
      { remote },
      "every request comes from one address, with x-forwarded-for: name the proxy in TRUSTED_PROXIES, or limits by address count all clients as one",
    );
  };
}
