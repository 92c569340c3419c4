import type { Tx } from "../db";
import { Prisma, queries } from "../db/models";

/** One row of the log. */
export type AuditRow = {
  id: bigint;
  atMs: number;
  actor: string;
  action: string;
  subjectType: string;
  subjectId: string;
  before: unknown;
  after: unknown;
  reason: string | null;
};

// Null is a value of its own in JSON; an absent side of a change is NULL of the database.
const toJsonColumn = (value: Prisma.InputJsonValue | null): Prisma.InputJsonValue | typeof Prisma.DbNull =>
  value ?? Prisma.DbNull;

export async function insertAudit(
  tx: Tx,
  {
    atMs,
    before,
    after,
    ...columns
  }: Omit<AuditRow, "id" | "before" | "after"> & {
    before: Prisma.InputJsonValue | null;
    after: Prisma.InputJsonValue | null;
  },
): Promise<void> {
  await queries(tx).audit.create({
    data: { ...columns, at: new Date(atMs), before: toJsonColumn(before), after: toJsonColumn(after) },
  });
}

/** At most `limit` rows before an id; of one kind of subject, one subject or one action where they are given. */
export type AuditPage = {
  limit: number;
  before: bigint | null;
  subjectType: string | null;
  subjectId: string | null;
  action: string | null;
};

export async function readAudit(reader: Tx, page: AuditPage): Promise<AuditRow[]> {
  const rows = await queries(reader).audit.findMany({
    where: {
      ...(page.before !== null && { id: { lt: page.before } }),
      ...(page.subjectType !== null && { subjectType: page.subjectType }),
      ...(page.subjectId !== null && { subjectId: page.subjectId }),
      ...(page.action !== null && { action: page.action }),
    },
    orderBy: { id: "desc" },
    take: page.limit,
  });
  return rows.map(({ at, ...row }) => ({ ...row, atMs: at.getTime() }));
}
