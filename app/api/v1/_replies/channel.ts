import * as z from "zod";
import { channelJson } from "@/lib/catalog";

export const ChannelReply = z
  .object({
    id: z.string(),
    provider: z.string(),
    discount: z.number().meta({ description: "A factor on the charge." }),
    priority: z.int().meta({ description: "The highest serves first." }),
    weight: z.int(),
    default_quota: z.int().nullable(),
    base_url: z.string().nullable(),
    models: z.record(z.string(), z.string()).nullable(),
    cost_factor: z.number(),
    enabled: z.boolean(),
  })
  .meta({ id: "Channel" });

/** A channel as admins see it. */
export const showChannel = channelJson;
