import { afterAll, describe, expect, it } from "vitest";
import { createGuardedClient, type GuardedClient, type Reach } from "@/lib/http";
import { aListener, PRIVATE_HOSTS } from "../../support/a-listener";

const LIMITS = { timeoutMs: 20_000, bytesMax: 1_024 };
const clients: GuardedClient[] = [];
afterAll(() => Promise.all(clients.map((client) => client.close())));

type Resolve = NonNullable<Parameters<typeof createGuardedClient>[0]["resolve"]>;
function aClient(resolve?: Resolve): GuardedClient {
  const client = createGuardedClient({ connectMs: 5_000, idleMs: 5_000, ...(resolve && { resolve }) });
  clients.push(client);
  return client;
}
const ask = (client: GuardedClient, origin: string, reach: Reach, limits = LIMITS) =>
  client.ask({ baseUrl: origin, reach }, { method: "GET", path: "/v1/models", headers: {} }, limits);
/** A resolver that knows one answer for every name, and how often it was asked. */
function resolverTo(...addresses: string[]) {
  const asked: string[] = [];
  const resolve: Resolve = (hostname, _options, callback) => {
    asked.push(hostname);
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
  return { asked, resolve };
}

describe("a call that may reach public addresses only", () => {
  const inside = aListener();

  it.each(PRIVATE_HOSTS)("is refused without a connection at a private address: %s", async (host) => {
    await expect(ask(aClient(), `http://${host}:${inside.port()}`, "public")).rejects.toThrow("private network");
    expect(inside.connections()).toBe(0);
  });

  it.each([
    ["this machine", ["127.0.0.1"]],
    ["this machine in IPv6", ["::1"]],
    ["an IPv4 address mapped into IPv6", ["::ffff:127.0.0.1"]],
    ["several private addresses", ["10.0.0.1", "127.0.0.1", "fe80::1"]],
    ["what is no address", ["localhost"]],
    ["nothing", []],
  ])("is refused without a connection where a name resolves to %s by now", async (_, addresses) => {
    const { asked, resolve } = resolverTo(...addresses);
    const origin = `http://api.supplier.test:${inside.port()}`;
    await expect(ask(aClient(resolve), origin, "public")).rejects.toThrow("private network");
    expect([asked, inside.connections()]).toEqual([["api.supplier.test"], 0]);
  });

  it("is checked again for each connection, whatever its name resolved to before", async () => {
    const { asked, resolve } = resolverTo("127.0.0.1");
    const client = aClient(resolve);
    const origin = `http://api.supplier.test:${inside.port()}`;
    for (let call = 1; call <= 3; call++) {
      await expect(ask(client, origin, "public")).rejects.toThrow("private network");
      expect(asked).toHaveLength(call);
    }
    expect(inside.connections()).toBe(0);
  });

  it("doesn't use a connection that was made for a call that may reach anywhere", async () => {
    const client = aClient();
    const origin = `http://127.0.0.1:${inside.port()}`;
    expect((await ask(client, origin, "anywhere")).status).toBe(200);
    const made = inside.connections();
    await expect(ask(client, origin, "public")).rejects.toThrow("private network");
    expect(inside.connections()).toBe(made);
  });
});

describe("a supplier that means ill", () => {
  const elsewhere = aListener();
  const redirecting = aListener((_request, response) => {
    response.writeHead(307, { location: `http://127.0.0.1:${elsewhere.port()}/v1/models` }).end("{}");
  });
  const endless = aListener((_request, response) => {
    // Node 24 calls back with an error, again and again, where the socket is gone before the response is destroyed.
    const more = (error?: Error | null): void =>
      void (error || response.destroyed || response.write("x".repeat(64_000), more));
    more();
  });
  const silent = aListener(() => undefined);
  /** Sends a byte whenever the one before has left, and never the last. */
  const dripping = aListener((_request, response) => {
    const drip = (): void => {
      if (!response.destroyed) response.write("x", () => void setTimeout(drip, 5));
    };
    drip();
  });

  it("can't send a key on to another place by a redirect", async () => {
    expect((await ask(aClient(), `http://127.0.0.1:${redirecting.port()}`, "anywhere")).status).toBe(307);
    expect(elsewhere.connections()).toBe(0);
  });

  it("is read no further than the call's limit", async () => {
    const { body } = await ask(aClient(), `http://127.0.0.1:${endless.port()}`, "anywhere");
    expect(body).toBe("x".repeat(LIMITS.bytesMax));
  });

  it("is waited for no longer than the call's limit", async () => {
    const limits = { ...LIMITS, timeoutMs: 50 };
    for (const { port } of [silent, dripping]) {
      const all = { ...limits, bytesMax: 1_000_000 };
      await expect(ask(aClient(), `http://127.0.0.1:${port()}`, "anywhere", all)).rejects.toThrow();
    }
  });
});
