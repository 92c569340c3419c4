import type pg from "pg";
import type { Database } from "./index";

/** Locks that a process holds for as long as its connection lives, so that one process at a time does some work. */
export type Locks = {
  /** Whether the lock of that name is ours; takes it where it is free. */
  acquire(name: string): Promise<boolean>;
  /** Give all of them back. */
  close(): void;
};

type Session = {
  client: Promise<pg.PoolClient>;
  held: Set<string>;
  /** The last question under way: a connection takes one at a time. */
  asking: Promise<unknown>;
};

async function take({ client, held }: Session, name: string): Promise<boolean> {
  const { rows } = await (
    await client
  ).query<{ locked: boolean }>("select pg_try_advisory_lock(hashtextextended($1, 0)) as locked", [`scrip:${name}`]);
  if (rows[0]?.locked) held.add(name);
  return held.has(name);
}

/**
 * Locks of the database, on one connection of the pool. When the connection breaks they are free for others, and taken
 * again, if they still are, at the next `acquire`.
 *
 * Whoever was cut off may for a moment still believe that it holds one: what is done under it must bear being done twice.
 * The connection must be a session of its own: a pooler that hands sessions around in transaction mode won't do.
 */
export function openLocks(database: Database): Locks {
  let session: Session | undefined;

  /** End a session's connection, which gives its locks back; once, whoever notices first. */
  const end = (ended: Session | undefined): void => {
    if (session !== ended) return;
    session = undefined;
    ended?.client.then((client) => client.release(true)).catch(() => undefined);
  };
  const begin = (): Session => {
    const begun: Session = { client: database.pool.connect(), held: new Set(), asking: Promise.resolve() };
    begun.client.then((client) => client.once("error", () => end(begun))).catch(() => end(begun));
    return begun;
  };

  return {
    async acquire(name) {
      session ??= begin();
      const mine = session;
      if (mine.held.has(name)) return true;
      const asked = mine.asking.then(() => take(mine, name));
      // The next one asks whatever came of this.
      mine.asking = asked.catch(() => end(mine));
      return asked;
    },
    close() {
      end(session);
    },
  };
}
