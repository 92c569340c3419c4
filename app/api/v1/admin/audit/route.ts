import * as z from "zod";
import { route } from "@/app/_server/route";
import { type AuditRow, listAudit } from "@/lib/audit";
import { toPage } from "@/lib/http";
import { type IdKind, toPublicId, type Uuid } from "@/lib/ids";
import { toIso } from "@/lib/time";
import { Page, pageQuery, placeInSequence, Time } from "../../_replies/fields";

const AuditReply = z
  .object({
    id: z.string(),
    at: Time,
    actor: z.object({ type: z.string(), id: z.string() }),
    action: z.string(),
    subject: z.object({ type: z.string(), id: z.string() }),
    before: z.unknown(),
    after: z.unknown(),
    reason: z.string().nullable(),
  })
  .meta({ id: "AuditEntry" });

const ACTOR_KINDS: Record<string, IdKind> = { user: "user", key: "apiKey" };

/** A journal's actor, `kind:uuid`, by its public id. */
function showActor(actor: string): { type: string; id: string } {
  const [type = "", id = ""] = actor.split(/:(.*)/s);
  const kind = ACTOR_KINDS[type];
  return { type, id: kind ? toPublicId(kind, id as Uuid) : id }; // the books wrote it
}

const showAudit = (row: AuditRow) => ({
  id: String(row.id),
  at: toIso(row.atMs),
  actor: showActor(row.actor),
  action: row.action,
  subject: { type: row.subjectType, id: row.subjectId },
  before: row.before,
  after: row.after,
  reason: row.reason,
});

export const GET = route(
  {
    auth: "admin",
    tag: "Admin: system",
    summary: "List what admins did",
    description: "Newest first. The log can be added to and never changed, by anybody.",
    query: z.strictObject({
      ...pageQuery,
      subject_type: z.string().max(64).optional(),
      subject_id: z.string().max(200).optional(),
      action: z.string().max(64).optional(),
    }),
    reply: Page(AuditReply),
    example: { query: { action: "user.update" } },
  },
  async ({ tx, query: { limit, cursor, subject_type: subjectType, subject_id: subjectId, action } }) => {
    const rows = await listAudit(tx, {
      limit: limit + 1,
      before: placeInSequence(cursor),
      subjectType: subjectType ?? null,
      subjectId: subjectId ?? null,
      action: action ?? null,
    });
    return toPage(rows, limit, ({ id }) => [String(id)], showAudit);
  },
);
