export { listAudit, recordAudit } from "./audit";
export { type AuditRow } from "./audit.store";
