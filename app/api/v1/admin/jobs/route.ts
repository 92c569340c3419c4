import * as z from "zod";
import { route } from "@/app/_server/route";
import { readFailingJobs } from "@/lib/queue/outbox";
import { showJob, JobReply } from "../../_replies/job";

const JOBS_SHOWN = 100;

export const GET = route(
  {
    auth: "admin",
    tag: "Admin: system",
    summary: "List jobs that keep failing",
    description:
      "Background work that failed at least eight times in a row, latest failure first, at most 100. It is tried again by itself, at least every five minutes, until it succeeds.",
    reply: z.object({ count: z.int(), data: z.array(JobReply) }),
    example: {},
  },
  async ({ tx }) => {
    const { count, latest } = await readFailingJobs(tx, JOBS_SHOWN);
    return { count, data: latest.map(showJob) };
  },
);
