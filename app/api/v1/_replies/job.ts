import * as z from "zod";
import type { FailingJob } from "@/lib/queue";
import { toIso } from "@/lib/time";
import { Time } from "./fields";

export const JobReply = z
  .object({
    id: z.string(),
    topic: z.string(),
    payload: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    failures: z.int(),
    last_error: z.string(),
    failed_at: Time,
    created_at: Time,
  })
  .meta({ id: "FailingJob" });

/** A job that keeps failing, as admins see it. */
export const showJob = ({ id, topic, payload, failures, lastError, failedMs, createdMs }: FailingJob) => ({
  id: String(id),
  topic,
  payload: { ...payload },
  failures,
  last_error: lastError,
  failed_at: toIso(failedMs),
  created_at: toIso(createdMs),
});
