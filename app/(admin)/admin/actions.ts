"use server";

import { revalidatePath } from "next/cache";
import { act, type Acted } from "@/app/_server/action";
import { requireAdmin } from "@/app/_server/session";
import { recordAudit } from "@/lib/audit";
import { retryJob } from "@/lib/queue/outbox";

/** Have a failing job tried at once. */
export async function retryFailingJob(id: string): Promise<Acted<null>> {
  await requireAdmin();
  const retried = await act(async (tx, ctx) => {
    const job = await retryJob(tx, BigInt(id));
    const subject = { type: "job", id };
    await recordAudit(tx, ctx, { action: "job.retry", subject, before: job, after: job, reason: null });
    return null;
  });
  revalidatePath("/admin");
  return retried;
}
