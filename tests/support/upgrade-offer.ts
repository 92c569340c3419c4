import { connect } from "node:net";

/** Offers of another protocol as clients make them: names of hops, tokens in lists, one header twice. */
export const OFFERS: Readonly<Record<string, readonly string[]>> = {
  "h2c, as Java's client offers it": [
    "Connection: Upgrade, HTTP2-Settings",
    "Upgrade: h2c",
    "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
  ],
  "a web socket": [
    "Connection: keep-alive, Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
  ],
  "several protocols": ["Connection: upgrade", "Upgrade: h2c, websocket/13, IRC/6.9", "Upgrade: HTTP/3.0"],
  "no protocol that anybody knows": ["Connection: Upgrade", "Upgrade: made-up/1"],
};

/** Far longer than any of these requests takes: then a connection is taken for one that hangs, and cut. */
const HANGS_MS = 10_000;

export type Asked = { method?: "GET" | "POST"; path: string; headers?: readonly string[]; body?: string };

const write = ({ method = "GET", path, headers = [], body }: Asked): string => {
  const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  return [`${method} ${path} HTTP/1.1`, "Host: 127.0.0.1", ...headers, ...length, "", body ?? ""].join("\r\n");
};

/** The length of the reply that a text begins with, once all of it is there; 0 before. */
function replyLength(text: string): number {
  const head = text.indexOf("\r\n\r\n") + 4;
  if (head < 4) return 0;
  const length = /^content-length: (\d+)/im.exec(text.slice(0, head))?.[1];
  if (length !== undefined) return text.length >= head + Number(length) ? head + Number(length) : 0;
  if (/^HTTP\/1\.1 (?:1|204|304)/.test(text)) return head;
  const end = text.indexOf("0\r\n\r\n", head);
  return end < 0 ? 0 : end + 5;
}

/**
 * ParsedRequest one thing after the other over one connection, byte by byte as written here, then end it. Gives the replies' statuses
 * and texts, once the other side has closed too: a connection that is never freed never answers.
 */
export function askOverOneConnection(
  url: string,
  requests: readonly Asked[],
): Promise<{ status: number; text: string }[]> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const replies: { status: number; text: string }[] = [];
    let received = "";
    const socket = connect(Number(port), hostname);
    const askNext = (): void => {
      const next = requests[replies.length];
      if (next) socket.write(write(next));
      else socket.end();
    };
    socket.setEncoding("latin1");
    socket.on("connect", askNext).on("error", reject);
    socket.on("data", (text: string) => {
      received += text;
      const length = replyLength(received);
      if (length === 0) return;
      replies.push({ status: Number(received.slice(9, 12)), text: received.slice(0, length) });
      received = received.slice(length);
      askNext();
    });
    socket.setTimeout(HANGS_MS, () => socket.destroy(new Error(`nothing came after ${replies.length} replies`)));
    socket.on("close", () => resolve(replies));
  });
}
