import type { Tx } from "../db";
import { readAudit, type AuditPage, type AuditRow } from "./audit.store";

/** A page of the log, newest first. */
export function listAudit(reader: Tx, page: AuditPage): Promise<AuditRow[]> {
  return readAudit(reader, page);
}
