import * as z from "zod";
import { PROVIDERS } from "../catalog";
import { UsdInput } from "../http";
import { fromPublicId } from "../ids";

const publicId = (kind: "quote" | "contribution") =>
  z.string().transform((text, context) => {
    const id = fromPublicId(kind, text);
    if (id) return id;
    context.addIssue({ code: "custom", message: `is no ${kind}'s id` });
    return z.NEVER;
  });

/** A key that somebody would contribute. */
export const QuoteBody = z.strictObject({
  provider: z.enum(PROVIDERS),
  api_key: z
    .string()
    .trim()
    .min(8)
    .max(4096)
    .regex(/^[\x21-\x7e]+$/, "must be printable characters without spaces")
    .meta({ description: "It is encrypted in this call, and never shown again." }),
  declared_usd: UsdInput.optional().meta({
    description: "What it may be used for at most; needed where the provider doesn't report a balance.",
  }),
  base_url: z.null().optional().meta({ description: "Endpoints of one's own can't be contributed yet." }),
  contribution: publicId("contribution").optional().meta({
    description: "One of your own, which this key already is, to be topped up by what was added to its quota.",
  }),
});
export type QuoteBody = z.output<typeof QuoteBody>;

const accepted = {
  quote_id: publicId("quote"),
  attest: z.boolean().meta({
    description: "true: the key is yours to share, and its provider's terms allow it.",
  }),
};

/** A quote that is accepted. */
export const ContributionBody = z.strictObject(accepted);
export type ContributionBody = z.output<typeof ContributionBody>;

/** What an owner changes of a contribution. */
export const ContributionPatch = z.strictObject({
  paused: z.boolean().meta({ description: "Whether its key is out of use until you say otherwise." }),
});
export type ContributionPatch = z.output<typeof ContributionPatch>;
