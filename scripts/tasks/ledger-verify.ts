import { openDatabase } from "../../lib/db";
import { verifyBooks } from "../../lib/verification";
import { say, warn } from "../console";
import { openTaskDatabase, runTask } from "../task";

// Holds the whole database against every invariant of the ledger; exit 1 and the offending rows where one is broken.

const CONNECTIONS = 2;

const print = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part));

await runTask(async () => {
  const place = await openTaskDatabase();
  const database = openDatabase(place.url, CONNECTIONS);
  try {
    const { invariants, violations } = await verifyBooks(database);
    for (const { name, states } of invariants) {
      const broken = violations.filter((violation) => violation.invariant === name);
      if (broken.length === 0) say(`holds   ${name}: ${states}`);
      else {
        warn(`BROKEN  ${name}: ${states}`);
        for (const violation of broken) warn(`        ${print(violation)}`);
      }
    }
    const wrong = new Set(violations.map(({ invariant }) => invariant)).size;
    say(`ledger:verify: ${invariants.length - wrong} of ${invariants.length} invariants hold`);
    if (wrong > 0) process.exitCode = 1;
  } finally {
    await database.close();
    await place.close();
  }
});
