#!/usr/bin/env bash
# rate-limiter-flexible 11.4.0 over PostgreSQL (@electric-sql/pglite 0.5.17, the server compiled to WebAssembly)
#
# Guess: RateLimiterPostgres works with any client, whatever that makes of PostgreSQL's bigint.
# Behaviour: it stores when a key's window ends as bigint and subtracts Date.now() from what comes back. A client that reads
#   bigint as BigInt, as one that handles money does, makes every consume() reject with a TypeError instead of a result or a
#   RateLimiterRes: the row is written and counted all the same. Code that takes any other rejection for an outage and lets
#   the call pass has no limit left, code that passes errors on fails every call.
# Seen: numbers: 1 of 2, 2 of 2, refused; BigInt: TypeError three times, 3 points in the table
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund rate-limiter-flexible@11.4.0 @electric-sql/pglite@0.5.17 >/dev/null
cat > seen.mjs <<'X'
import { PGlite } from "@electric-sql/pglite";
import { RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";

async function tryWith(int8) {
  const db = await PGlite.create({ parsers: { 20: int8 } });
  const storeClient = { query: ({ text, values }) => db.query(text, values) };
  const limiter = await new Promise((resolve, reject) => {
    const made = new RateLimiterPostgres(
      { storeClient, storeType: "client", tableName: "attempts", points: 2, duration: 60, clearExpiredByTimeout: false },
      (error) => (error ? reject(error) : resolve(made)),
    );
  });
  const seen = [];
  for (let n = 0; n < 3; n++) {
    await limiter.consume("a key").then(
      (result) => seen.push(`${result.consumedPoints} of 2`),
      (why) => seen.push(why instanceof RateLimiterRes ? "refused" : why.constructor.name),
    );
  }
  const { rows } = await db.query("select points from attempts");
  await db.close();
  return { seen: seen.join(", "), points: rows[0]?.points };
}
console.log(JSON.stringify({ numbers: await tryWith(Number), bigints: await tryWith(BigInt) }));
X
seen=$(node seen.mjs)
echo "$seen"
[ "$seen" = '{"numbers":{"seen":"1 of 2, 2 of 2, refused","points":3},"bigints":{"seen":"TypeError, TypeError, TypeError","points":3}}' ]
