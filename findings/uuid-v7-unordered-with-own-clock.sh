#!/usr/bin/env bash
# uuid 14.0.3, ulid 3.0.2 (npm)
#
# Guess: v7() is monotonic (it is: 100,000 in a row are in order), so it stays so when the caller gives it the time, as a
#   program with its own clock does: v7({ msecs }).
# Behaviour: with msecs the counter is drawn anew each time: within a millisecond the order is chance, about half of the
#   neighbours are out of order. A ledger or cursor ordered by id then skips or repeats rows. ulid() is unordered within a
#   millisecond in any case; its monotonicFactory() keeps order, with the same time given too.
# Seen: of 9,999 neighbours out of order: v7() 0, v7({msecs}) about 5,000, ulid() about 4,700, monotonicFactory()(ms) 0
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund uuid@14.0.3 ulid@3.0.2
cat > seen.mjs <<'X'
import { v7 } from "uuid";
import { monotonicFactory, ulid } from "ulid";
const now = 1796083200000;
const next = monotonicFactory();
const makers = { "v7()": () => v7(), "v7({msecs})": () => v7({ msecs: now }), "ulid(ms)": () => ulid(now), "monotonicFactory()(ms)": () => next(now) };
const swapped = {};
for (const [name, make] of Object.entries(makers)) {
  const ids = Array.from({ length: 10_000 }, make);
  swapped[name] = ids.filter((id, i) => i > 0 && id <= ids[i - 1]).length;
}
console.log(swapped);
const [plain, timed, random, monotonic] = Object.values(swapped);
if (plain !== 0 || monotonic !== 0 || timed < 3000 || random < 3000) { console.log("changed: the counts above"); process.exit(1); }
X
node seen.mjs
