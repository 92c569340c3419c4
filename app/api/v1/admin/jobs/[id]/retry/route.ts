import * as z from "zod";
import { route } from "@/app/_server/route";
import { recordAudit } from "@/lib/audit";
import { retryJob } from "@/lib/queue/outbox";

const ID = /^\d{1,18}$/;

export const POST = route(
  {
    auth: "admin",
    tag: "Admin: system",
    summary: "Retry a failing job now",
    description: "Rather than after its pause. A job that is done, or isn't there, is a 404.",
    params: z.strictObject({ id: z.string().regex(ID) }),
    reply: z.object({ id: z.string(), topic: z.string(), failures: z.int() }).meta({ id: "RetriedJob" }),
    example: {},
  },
  async ({ tx, ctx, params: { id } }) => {
    const job = await retryJob(tx, BigInt(id));
    await recordAudit(tx, ctx, {
      action: "job.retry",
      subject: { type: "job", id },
      before: job,
      after: job,
      reason: null,
    });
    return { id, ...job };
  },
);
