import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { addressMatcher } from "./client-address";

const isLoopback = addressMatcher(["127.0.0.0/8", "::1"]);
/** What proxies add: a request with one of these comes from somewhere else, however near the proxy is. */
const TRACES_OF_PROXIES = ["forwarded", "via", "x-forwarded-for", "x-real-ip"];

/** Whether two texts of headers are the same, in a time that tells nothing of where they differ. */
export const isSameSecret = (given: string, secret: string): boolean =>
  given.length === secret.length && timingSafeEqual(Buffer.from(given, "latin1"), Buffer.from(secret, "latin1"));

/** Whether somebody on this machine asks, and no proxy for somebody else. */
function isFromHere({ headers, socket }: Pick<IncomingMessage, "headers" | "socket">): boolean {
  return isLoopback(socket.remoteAddress ?? "") && TRACES_OF_PROXIES.every((name) => headers[name] === undefined);
}

/**
 * Whether a request may see what is for operators: with their token where one is set, else only from this machine.
 * Gives why not, or `null`.
 */
export function refuseToStrangers(
  request: Pick<IncomingMessage, "headers" | "socket">,
  token: string | null,
): "token_missing" | "not_here" | null {
  if (token === null) return isFromHere(request) ? null : "not_here";
  return isSameSecret(request.headers.authorization ?? "", `Bearer ${token}`) ? null : "token_missing";
}
