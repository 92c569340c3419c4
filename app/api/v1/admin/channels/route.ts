import * as z from "zod";
import { route } from "@/app/_server/route";
import { listChannels } from "@/lib/catalog";
import { ChannelReply, showChannel } from "../../_replies/model";

export const GET = route(
  {
    auth: "admin",
    tag: "Admin: catalogue",
    summary: "List channels",
    description: "All of them, by name.",
    reply: z.object({ data: z.array(ChannelReply), next_cursor: z.null() }),
    example: {},
  },
  async ({ tx }) => ({ data: (await listChannels(tx)).map(showChannel), next_cursor: null }),
);
