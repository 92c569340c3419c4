export type { AuditRow } from "./audit.store";
export { listAudit } from "./list-audit";
export { recordAudit } from "./record-audit";
