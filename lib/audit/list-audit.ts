import type { Tx } from "../db";
import { readAudit, type AuditRow } from "./audit.store";

/** At most `limit` rows of the log, newest first, before an id; of one kind of subject, one subject or one action. */
export function listAudit(
  reader: Tx,
  input: {
    limit: number;
    before: bigint | null;
    subjectType: string | null;
    subjectId: string | null;
    action: string | null;
  },
): Promise<AuditRow[]> {
  return readAudit(reader, input);
}
