import * as z from "zod";
import { route } from "@/app/_server/route";
import { recordAudit } from "@/lib/audit";
import { credits, usd } from "@/lib/http";
import { insolventLines, type SolvencyLine } from "@/lib/payments";
import { readSettingsDocument, Settings, SettingsPatch, updateSettings } from "@/lib/settings";
import { inputSchema } from "../../_replies/model";

/** A warning about settings that hold all the same. */
const showInsolvent = ({ pack, usdNanos, creditsMicros, marginNanos }: SolvencyLine) => ({
  code: "insolvent",
  text:
    `${pack === null ? "Orders from this amount on" : "This pack"} can cost more than it brings in, if all of its credits ` +
    "are earned by contributors and withdrawn. Raise the price, or lower the bonus or `withdrawal.usd_per_100`.",
  pack,
  usd: usd(usdNanos),
  credits: credits(creditsMicros),
  margin_usd: usd(marginNanos),
});

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
      "Every process follows within a second. A change that leaves a pack or a bonus step insolvent holds, and the reply has " +
      "`warnings` that name it: they are no setting.",
    body: SettingsPatch,
    reply: SettingsReply,
    example: { body: { referral: { hold_days: 14 }, fx: { CNY: 7.2 } } },
  },
  async ({ tx, ctx, body }) => {
    const { before, after, document } = await updateSettings(tx, ctx, body);
    const subject = { type: "settings", id: Object.keys(after).join(",") };
    if (subject.id) await recordAudit(tx, ctx, { action: "settings.update", subject, before, after, reason: null });
    const warnings = insolventLines(Settings.parse(document)).map(showInsolvent);
    return warnings.length > 0 ? { ...document, warnings } : document;
  },
);
