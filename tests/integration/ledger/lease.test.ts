import { createServer, connect, type Socket, type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keepLease } from "@/lib/ledger";
import { until } from "@/tests/support/until";
import { aLedger, type LedgerFixture } from "../../support/a-ledger";
import { rawPool } from "../../support/database";

let ledger: LedgerFixture;
beforeAll(async () => {
  ledger = await aLedger();
});
afterAll(() => ledger.close());

/** A way to the server that can fall silent on what is connected, as a network does: nothing passes, nothing is closed. */
async function aWay() {
  const to = new URL(ledger.home.url);
  const pairs: [Socket, Socket][] = [];
  const server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname);
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) socket.on("error", () => undefined);
    pairs.push([near, far]);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const url = new URL(to);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    pool: rawPool(url.href, 4),
    connections: () => pairs.length,
    fallSilent(): void {
      for (const [near, far] of pairs) {
        near.unpipe();
        far.unpipe();
      }
    },
    close(): void {
      for (const socket of pairs.flat()) socket.destroy();
      server.close();
    },
  };
}

const renewedMs = async (id: bigint): Promise<number> => {
  const { rows } = await ledger.database.pool.query<{ at: Date }>(
    "select renewed_at as at from books.lease where id = $1",
    [id],
  );
  return rows[0]?.at.getTime() ?? 0;
};

describe("a lease that is kept", () => {
  test("is renewed on while a renewal hangs: none waits for another, nor for the pool of flushes", async () => {
    const way = await aWay();
    const lease = await keepLease(way.pool, "hangs", { renewMs: 50 });
    const { id } = lease.current();
    // Whoever has all connections of the pool keeps nobody from renewing.
    const busy = await Promise.all(Array.from({ length: 4 }, () => way.pool.connect()));
    const before = await renewedMs(id);
    await until(async () => (await renewedMs(id)) > before, "it is renewed though the pool is used up");
    const silent = way.connections();
    way.fallSilent();
    const since = await renewedMs(id);
    await until(
      async () => way.connections() > silent && (await renewedMs(id)) > since,
      "it is renewed on another way",
      30_000,
    );
    expect(lease.current().id).toBe(id);
    expect(lease.current().isValid()).toBe(true);
    for (const client of busy) client.release(true);
    await lease.close();
    way.close();
  });

  test("is replaced where it was closed, and what was reserved under the old one is fenced off", async () => {
    const lease = await keepLease(ledger.database.pool, "closed", { renewMs: 20 });
    const old = lease.current();
    await ledger.database.pool.query("select books.close_lease($1)", [old.id]);
    await until(() => lease.current() !== old, "there is a new one");
    expect([old.isValid(), lease.current().isValid()]).toEqual([false, true]);
    await lease.close();
    expect(lease.current().isValid()).toBe(false);
  });

  test("lapses by itself where its renewals aren't answered, and is valid again once one is", async () => {
    const owner = rawPool(ledger.home.ownerUrl, 1);
    const lease = await keepLease(ledger.database.pool, "locked", { ttlMs: 1_000, renewMs: 100 });
    const term = lease.current();
    const client = await owner.connect();
    await client.query("begin");
    await client.query("select from books.lease where id = $1 for update", [term.id]);
    await until(() => !term.isValid(), "it has lapsed");
    await client.query("rollback");
    client.release();
    await until(() => term.isValid(), "it is valid again", 20_000);
    expect(lease.current()).toBe(term);
    await lease.close();
    await owner.end();
  });
});
