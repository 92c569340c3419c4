import { type Ctx, describeActor } from "../ctx";
import type { Tx } from "../db";
import { toJson } from "../http";
import { type AuditPage, type AuditRow, insertAudit, readAudit } from "./audit.store";

export type AuditEntry = {
  /** What was done, as noun.verb: `user.update`. */
  action: string;
  subject: { type: string; id: string };
  /** What it was, and what it became: values that JSON can hold, amounts as number literals. Never a secret. */
  before: object | null;
  after: object | null;
  reason: string | null;
};

// The log's own copy, in JSON: what its reader sees is what an API reply would have shown.
const toPlain = (value: object | null): object | null =>
  value === null ? null : (JSON.parse(toJson(value)) as object);

/** Note what an admin does, in the transaction that does it. */
export async function recordAudit(tx: Tx, ctx: Ctx, entry: AuditEntry): Promise<void> {
  await insertAudit(tx, {
    atMs: ctx.nowMs,
    actor: describeActor(ctx.actor),
    action: entry.action,
    subjectType: entry.subject.type,
    subjectId: entry.subject.id,
    before: toPlain(entry.before),
    after: toPlain(entry.after),
    reason: entry.reason,
  });
}

/** A page of the log, newest first. */
export function listAudit(reader: Tx, page: AuditPage): Promise<AuditRow[]> {
  return readAudit(reader, page);
}
