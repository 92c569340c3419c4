import * as z from "zod";
import { webDatabase } from "@/app/_server/database";
import { route } from "@/app/_server/route";
import { recordAudit } from "@/lib/audit";
import { type Channel, ChannelBody, channelFromBody, findChannel, putChannel } from "@/lib/catalog";
import type { Tx } from "@/lib/db";
import { ScripError } from "@/lib/errors";
import { leadsToPrivateNetwork, validationFailed } from "@/lib/http";
import { hasKeys, lockProvider } from "@/lib/pool";
import { readSettings } from "@/lib/settings";
import { ChannelReply, showChannel } from "../../../_replies/model";
import { NameParams } from "../../../_replies/fields";

export const GET = route(
  {
    auth: "admin",
    tag: "Admin: catalogue",
    summary: "Read a channel",
    params: NameParams,
    reply: ChannelReply,
    example: {},
  },
  async ({ tx, params: { id } }) => {
    const channel = await findChannel(tx, id);
    if (!channel) throw new ScripError("not_found", `There is no channel "${id}".`);
    return showChannel(channel);
  },
);

const ChannelId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, "id: may hold lower-case letters, digits and . _ - only");

/** Stops an address inside our own network, which a request could be sent to. Errors: `validation_failed`. */
async function requirePublicAddress(baseUrl: string | null): Promise<void> {
  if (baseUrl === null || !(await leadsToPrivateNetwork(new URL(baseUrl)))) return;
  const { switches } = await readSettings(webDatabase().reader);
  if (switches.private_upstreams) return;
  const message = "leads to a private network, or nowhere; the setting switches.private_upstreams allows it";
  throw new ScripError("validation_failed", `base_url: ${message}`, { errors: [{ path: "base_url", message }] });
}

/** Keys are encrypted for their provider, and wouldn't open for another. Errors: `state_conflict`. */
async function requireSameProvider(tx: Tx, before: Channel, after: Channel): Promise<void> {
  if (before.provider === after.provider) return;
  await lockProvider(tx, before.provider);
  if (!(await hasKeys(tx, before.id))) return;
  throw new ScripError(
    "state_conflict",
    `The channel has keys of ${before.provider}, which can't serve for another provider. Make a channel of its own.`,
  );
}

export const PUT = route(
  {
    auth: "admin",
    tag: "Admin: catalogue",
    summary: "Make or replace a channel",
    description: "What is left out is at its default.",
    params: NameParams,
    body: ChannelBody,
    reply: ChannelReply,
    // The address's name is looked up before the transaction.
    hasOwnTransactions: true,
    example: { body: { provider: "openai", discount: 0.9, priority: 1, weight: 1, default_quota: 1000 } },
  },
  async ({ ctx, params, body }) => {
    const id = ChannelId.safeParse(params.id);
    if (!id.success) throw validationFailed(id.error);
    const channel = channelFromBody(id.data, body);
    await requirePublicAddress(channel.baseUrl);
    return webDatabase().inTransaction(async (tx) => {
      const before = await findChannel(tx, channel.id);
      if (before) await requireSameProvider(tx, before, channel);
      await putChannel(tx, ctx, channel);
      const subject = { type: "channel", id: channel.id };
      const [was, is] = [before && showChannel(before), showChannel(channel)];
      await recordAudit(tx, ctx, { action: "channel.put", subject, before: was, after: is, reason: null });
      return is;
    });
  },
);
