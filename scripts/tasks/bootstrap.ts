import { text } from "node:stream/consumers";
import * as z from "zod";
import { systemCtx } from "../../lib/ctx";
import { useDatabase } from "../../lib/db";
import { jobsEnv, toolEnv } from "../../lib/env";
import { nowMs } from "../../lib/time";
import { useVault } from "../../lib/vault";
import { runTask } from "../task";
import { ensureNamedAdmin } from "../start/named-admin";
import { seedDemo } from "../start/seed-demo";

// Runs at each start, after the migrations: seeds the demo, and sees to the admin that the environment names. What it
// writes to standard output is shown to whoever started Scrip.

const Input = z.object({
  mode: z.enum(["demo", "production"]),
  admin: z.object({ email: z.string().nullable(), password: z.string().nullable(), apiKey: z.string().nullable() }),
  supplierKeys: z.record(z.string(), z.string()),
  accounts: z.array(z.object({ email: z.string(), password: z.string(), role: z.enum(["user", "admin"]) })),
});

const CONNECTIONS = 2;

await runTask(async () => {
  const { mode, admin, ...seed } = Input.parse(JSON.parse(await text(process.stdin)));
  const { databaseUrl, directDatabaseUrl } = toolEnv();
  const database = useDatabase(databaseUrl, CONNECTIONS, directDatabaseUrl);
  try {
    const ctx = systemCtx("bootstrap", nowMs());
    useVault(jobsEnv().masterKeys);
    const seeded = mode === "demo" ? await seedDemo(database, ctx, seed) : [];
    const email = admin.email ?? seed.accounts.find(({ role }) => role === "admin")?.email ?? null;
    const seen = await ensureNamedAdmin(database, ctx, { ...admin, email });
    for (const line of [...seeded, ...seen]) process.stdout.write(`${line}\n`);
  } finally {
    await database.close();
  }
});
