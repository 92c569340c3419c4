import type { IncomingMessage } from "node:http";
import { clientAddressReader, isSameSecret, WEB_PORT_HEADER } from "../../lib/http";

/** Tells where requests come from: of their connections, of trusted proxies, or of the web port where it proves itself. */
export type CallerAddresses = {
  /** Takes the web port's proof off a request that arrives, so that nothing sees it after this. */
  receive(request: IncomingMessage): void;
  /** Where a request that was received comes from. */
  addressOf(request: IncomingMessage): string;
};

/** A reader of callers' addresses. The web port is known by its secret alone: whoever is on this machine has its address. */
export function readCallerAddresses(
  trustedProxies: readonly string[],
  webPortSecret: string | undefined,
): CallerAddresses {
  const read = clientAddressReader(trustedProxies);
  const passedOn = new WeakSet<IncomingMessage>();
  return {
    receive(request) {
      const proof = request.headers[WEB_PORT_HEADER];
      if (proof === undefined) return;
      delete request.headers[WEB_PORT_HEADER];
      if (webPortSecret !== undefined && isSameSecret(String(proof), webPortSecret)) passedOn.add(request);
    },
    addressOf(request) {
      const forwarded = request.headers["x-forwarded-for"];
      // The web port wrote one address: the one that it believes.
      return passedOn.has(request) ? String(forwarded) : read(request.socket.remoteAddress, forwarded);
    },
  };
}
