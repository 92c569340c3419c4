import type { Tx } from "../db";
import { type Prisma, queries } from "../db/models";
import { assert } from "../errors";
import type { Uuid } from "../ids";
import { type Decimal, formatDecimal, micros, nanos, type Nanos, storedDecimal } from "../money";
import type { Dispute, DisputeState, Purchase, PurchaseState, Refund, RefundState } from "./purchase";

type PurchaseRow = Prisma.purchaseGetPayload<object>;
type RefundRow = Prisma.purchase_refundGetPayload<object>;
type DisputeRow = Prisma.purchase_disputeGetPayload<object>;

const toMs = (at: Date | null): number | null => at && at.getTime();
const toDate = (ms: number | null): Date | null => (ms === null ? null : new Date(ms));

// States and ids are what this room wrote: the columns have checks and types of their own.
const toPurchase = (row: PurchaseRow): Purchase => ({
  id: row.id as Uuid,
  userId: row.userId as Uuid,
  pack: row.pack,
  creditsMicros: micros(row.creditsMicros),
  baseMicros: micros(row.baseMicros),
  usdNanos: nanos(row.usdNanos),
  usdPerCredit:
    row.usdPerCredit === null ? null : storedDecimal(row.usdPerCredit, `a credit's value of purchase ${row.id}`),
  state: row.state as PurchaseState,
  session: row.stripeSession,
  paymentIntent: row.paymentIntent,
  lot: row.lotId,
  paidNanos: row.paidNanos === null ? null : nanos(row.paidNanos),
  refundedNanos: nanos(row.refundedNanos),
  disputedNanos: nanos(row.disputedNanos),
  acceptedNanos: nanos(row.acceptedNanos),
  problem: row.problem,
  refundRequestedMs: toMs(row.refundRequestedAt),
  refundFailedMs: toMs(row.refundFailedAt),
  createdMs: row.createdAt.getTime(),
  paidMs: toMs(row.paidAt),
  creditedMs: toMs(row.creditedAt),
});
const toRefund = ({ createdAt, failedAt, ...row }: RefundRow): Refund => ({
  ...row,
  id: row.id as Uuid,
  purchaseId: row.purchaseId as Uuid,
  usdNanos: nanos(row.usdNanos),
  takenMicros: micros(row.takenMicros),
  debit: row.debit as Uuid | null,
  state: row.state as RefundState,
  createdMs: createdAt.getTime(),
  failedMs: toMs(failedAt),
});
const toDispute = (row: DisputeRow): Dispute => ({
  id: row.id,
  purchaseId: row.purchaseId as Uuid,
  usdNanos: nanos(row.usdNanos),
  takenMicros: micros(row.takenMicros),
  debit: row.debit as Uuid | null,
  state: row.state as DisputeState,
  isWithdrawn: row.isWithdrawn,
  releasedMs: toMs(row.releasedAt),
});

export async function insertPurchase(
  tx: Tx,
  purchase: Pick<Purchase, "id" | "userId" | "pack" | "creditsMicros" | "baseMicros" | "usdNanos" | "createdMs"> & {
    usdPerCredit: Decimal;
  },
): Promise<void> {
  const { createdMs, usdPerCredit, ...columns } = purchase;
  const value = formatDecimal(usdPerCredit.digits, usdPerCredit.scale);
  await queries(tx).purchase.create({ data: { ...columns, usdPerCredit: value, createdAt: new Date(createdMs) } });
}

/** A purchase, held until the transaction ends: what changes it comes one after the other. */
export async function lockPurchase(tx: Tx, id: Uuid): Promise<Purchase | null> {
  await queries(tx).$queryRaw`select id from purchase where id = ${id}::uuid for update`;
  return findPurchase(tx, id);
}

export async function findPurchase(reader: Tx, id: Uuid): Promise<Purchase | null> {
  const row = await queries(reader).purchase.findUnique({ where: { id } });
  return row && toPurchase(row);
}

export async function findPurchaseIdOf(reader: Tx, paymentIntent: string): Promise<Uuid | null> {
  const row = await queries(reader).purchase.findUnique({ where: { paymentIntent }, select: { id: true } });
  return row && (row.id as Uuid); // the column's type
}

/** Which purchases: a buyer's, several buyers', that of one id, that of one of Stripe's ids of its session or payment, or all. */
export type PurchaseFilter =
  | { userId: Uuid }
  | { userIds: readonly Uuid[] }
  | { id: Uuid }
  | { stripeId: string }
  | { all: true };

function toWhere(filter: PurchaseFilter): Prisma.purchaseWhereInput {
  if ("userId" in filter) return { userId: filter.userId };
  if ("userIds" in filter) return { userId: { in: [...filter.userIds] } };
  if ("id" in filter) return { id: filter.id };
  if ("stripeId" in filter) return { OR: [{ stripeSession: filter.stripeId }, { paymentIntent: filter.stripeId }] };
  return {};
}

/** Purchases, newest first, before a place in time. */
export async function findPurchases(
  reader: Tx,
  filter: PurchaseFilter,
  before: { ms: number; id: Uuid } | null,
  limit: number,
): Promise<Purchase[]> {
  const older = before && [
    { createdAt: { lt: new Date(before.ms) } },
    { createdAt: new Date(before.ms), id: { lt: before.id } },
  ];
  const rows = await queries(reader).purchase.findMany({
    where: { AND: [toWhere(filter), older ? { OR: older } : {}] },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
  });
  return rows.map(toPurchase);
}

export type PurchaseChange = Partial<
  Pick<
    Purchase,
    | "state"
    | "session"
    | "paymentIntent"
    | "lot"
    | "paidNanos"
    | "refundedNanos"
    | "disputedNanos"
    | "acceptedNanos"
    | "problem"
    | "refundRequestedMs"
    | "refundFailedMs"
    | "paidMs"
    | "creditedMs"
  >
>;

/** Change a purchase that this transaction holds. Returns it as it then is. */
export async function updatePurchase(tx: Tx, id: Uuid, change: PurchaseChange): Promise<Purchase> {
  const { session, lot, refundRequestedMs, refundFailedMs, paidMs, creditedMs, ...columns } = change;
  const row = await queries(tx).purchase.update({
    where: { id },
    data: {
      ...columns,
      ...(session !== undefined && { stripeSession: session }),
      ...(lot !== undefined && { lotId: lot }),
      ...(refundRequestedMs !== undefined && { refundRequestedAt: toDate(refundRequestedMs) }),
      ...(refundFailedMs !== undefined && { refundFailedAt: toDate(refundFailedMs) }),
      ...(paidMs !== undefined && { paidAt: toDate(paidMs) }),
      ...(creditedMs !== undefined && { creditedAt: toDate(creditedMs) }),
    },
  });
  return toPurchase(row);
}

/** Payments since a moment whose fee isn't known, the oldest first. */
export async function findWithoutFee(
  reader: Tx,
  sinceMs: number,
): Promise<{ id: Uuid; paymentIntent: string; paidNanos: Nanos }[]> {
  const rows = await queries(reader).purchase.findMany({
    where: { feeNanos: null, paymentIntent: { not: null }, paidAt: { gte: new Date(sinceMs) } },
    orderBy: { paidAt: "asc" },
  });
  return rows.flatMap(({ id, paymentIntent, paidNanos }) =>
    // The id is the column's type.
    paymentIntent === null || paidNanos === null ? [] : { id: id as Uuid, paymentIntent, paidNanos: nanos(paidNanos) },
  );
}

export async function setFee(tx: Tx, id: Uuid, feeNanos: Nanos): Promise<void> {
  await queries(tx).purchase.update({ where: { id }, data: { feeNanos } });
}

/** Let orders go that never got as far as a session. Returns how many. */
export async function expireOrders(tx: Tx, beforeMs: number): Promise<number> {
  const { count } = await queries(tx).purchase.updateMany({
    where: { state: "created", stripeSession: null, createdAt: { lt: new Date(beforeMs) } },
    data: { state: "expired" },
  });
  return count;
}

export async function findRefunds(reader: Tx, purchaseId: Uuid): Promise<Refund[]> {
  const rows = await queries(reader).purchase_refund.findMany({ where: { purchaseId }, orderBy: { id: "asc" } });
  return rows.map(toRefund);
}

export async function findRefund(reader: Tx, id: Uuid): Promise<Refund | null> {
  const row = await queries(reader).purchase_refund.findUnique({ where: { id } });
  return row && toRefund(row);
}

export async function insertRefund(tx: Tx, { createdMs, failedMs, ...refund }: Refund): Promise<void> {
  const times = { createdAt: new Date(createdMs), failedAt: toDate(failedMs) };
  await queries(tx).purchase_refund.create({ data: { ...refund, ...times } });
}

export async function updateRefund(
  tx: Tx,
  id: Uuid,
  {
    failedMs,
    ...columns
  }: Partial<Pick<Refund, "stripeRefund" | "state" | "takenMicros" | "debit" | "problem" | "failedMs">>,
): Promise<void> {
  const data = { ...columns, ...(failedMs !== undefined && { failedAt: toDate(failedMs) }) };
  await queries(tx).purchase_refund.update({ where: { id }, data });
}

export async function findDisputes(reader: Tx, purchaseId: Uuid): Promise<Dispute[]> {
  const rows = await queries(reader).purchase_dispute.findMany({ where: { purchaseId }, orderBy: { id: "asc" } });
  return rows.map(toDispute);
}

export async function insertDispute(tx: Tx, nowMs: number, dispute: Dispute): Promise<void> {
  const closedAt = dispute.state === "open" ? null : new Date(nowMs);
  const { releasedMs: _none, ...columns } = dispute;
  await queries(tx).purchase_dispute.create({ data: { ...columns, createdAt: new Date(nowMs), closedAt } });
}

export async function updateDispute(
  tx: Tx,
  id: string,
  change: Partial<Pick<Dispute, "takenMicros" | "debit" | "isWithdrawn">>,
): Promise<void> {
  await queries(tx).purchase_dispute.update({ where: { id }, data: change });
}

/** Note that an admin let the credits go that a dispute had frozen. */
export async function releaseDispute(tx: Tx, nowMs: number, id: string): Promise<void> {
  await queries(tx).purchase_dispute.update({ where: { id }, data: { releasedAt: new Date(nowMs) } });
}

export async function closeDispute(tx: Tx, nowMs: number, id: string, state: DisputeState): Promise<void> {
  await queries(tx).purchase_dispute.update({ where: { id }, data: { state, closedAt: new Date(nowMs) } });
}

/** The wallet of a purchase's buyer. */
export async function findWalletOf(reader: Tx, userId: Uuid): Promise<bigint> {
  const [row] = await queries(reader).$queryRaw<{ wallet_id: bigint }[]>`
    select wallet_id from account_wallet where user_id = ${userId}::uuid`;
  assert(row, `nobody is ${userId}`);
  return row.wallet_id;
}
