import * as z from "zod";
import { route } from "@/app/_server/route";
import { recordAudit } from "@/lib/audit";
import { readSettingsDocument, Settings, SettingsPatch, updateSettings } from "@/lib/settings";
import { inputSchema } from "../../_replies/model";

const SettingsReply = z.unknown().meta({ id: "Settings", override: inputSchema(Settings) });

export const GET = route(
  {
    auth: "admin",
    tag: "Admin: system",
    summary: "Read the settings",
    description: "Those in force: what was set, over the defaults.",
    reply: SettingsReply,
    example: {},
  },
  ({ tx }) => readSettingsDocument(tx),
);

export const PUT = route(
  {
    auth: "admin",
    tag: "Admin: system",
    summary: "Change settings",
    description:
      "A merge patch (RFC 7396): what is left out stays, `null` goes back to the default, a list is replaced whole. " +
      "Every process follows within a second.",
    body: SettingsPatch,
    reply: SettingsReply,
    example: { body: { referral: { hold_days: 14 }, fx: { CNY: 7.2 } } },
  },
  async ({ tx, ctx, body }) => {
    const { before, after, document } = await updateSettings(tx, ctx, body);
    const subject = { type: "settings", id: Object.keys(after).join(",") };
    if (subject.id) await recordAudit(tx, ctx, { action: "settings.update", subject, before, after, reason: null });
    return document;
  },
);
