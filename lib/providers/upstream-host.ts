const USUAL_PORTS = ["", "80", "443"];

/**
 * The host behind a base URL, written in one way: an account there is one account, whichever provider id names the host.
 *
 * Lower case, no trailing dot, no port where it is a usual one. Errors: throws for what is no URL.
 */
export function upstreamHostOf(baseUrl: string): string {
  const { hostname, port } = new URL(baseUrl);
  const host = hostname.toLowerCase().replace(/\.+$/, "");
  return USUAL_PORTS.includes(port) ? host : `${host}:${port}`;
}
