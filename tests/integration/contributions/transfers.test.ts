import { expect, test } from "vitest";
import { aReserve } from "@/tests/support/a-ledger";
import { keepLease, createBooks } from "@/lib/ledger";
import { micros } from "@/lib/money";
import * as transfers from "@/app/api/v1/transfers/route";
import { call, type Person } from "@/tests/support/api";
import {
  aContributor,
  contributeKey,
  database,
  fold,
  retire,
  serveWith,
  useContributions,
} from "@/tests/support/contributions";

useContributions();

const USD = 1_000_000_000n;
const CREDIT = 1_000_000n;
const listOf = async ({ key }: Person) => (await call("GET", "/transfers", transfers.GET, { as: key })).body["data"];

test("a contributor is shown what vests as it comes, and the balance beside it stays", async () => {
  const bo = await aContributor();
  const { poolKey } = await contributeKey(bo);
  await serveWith(poolKey, 50n * USD);
  await fold();
  expect(await listOf(bo)).toMatchObject([
    { kind: "vest", credits: 7_499.7, source: "earned", balance_after: 74_997 },
    { kind: "grant", credits: 74_997, source: "earned", balance_after: 74_997 },
  ]);
});

test("what a claw-back leaves for requests in flight is owed, and listed once", async () => {
  const bo = await aContributor();
  const { id } = await contributeKey(bo);
  const lease = await keepLease(database.pool, "test");
  await createBooks(database.pool, lease).reserve(aReserve(bo.user.walletId, micros(100n * CREDIT)));
  await retire(bo, id);
  expect(await listOf(bo)).toMatchObject([
    { kind: "clawback", credits: -100, source: "debt" },
    { kind: "clawback", credits: -74_897, source: "earned", balance_after: 100 },
    { kind: "grant", credits: 74_997 },
  ]);
  await lease.close();
});
