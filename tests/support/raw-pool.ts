import pg from "pg";

/** Connections to a database as pg makes them. A database that is dropped while one of them still closes ends no test. */
export function rawPool(connectionString: string, max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString, max });
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}
