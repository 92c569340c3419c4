import * as z from "zod";
import type { ContributionView, QuoteView } from "@/lib/contributions";
import { credits, NumberLiteral } from "@/lib/http";
import { toPublicId } from "@/lib/ids";
import { KEY_REASONS } from "@/lib/pool";
import { toIso } from "@/lib/time";
import { Credits, Time } from "./fields";

const Requests = z.int().min(0);

export const QuoteReply = z
  .object({
    id: z.string(),
    requests: Requests.meta({ description: "How many reference requests its quota pays for." }),
    gross_credits: Credits,
    fee_credits: Credits,
    net_credits: Credits.meta({
      description:
        "What you would be granted. It vests as the key is used: up to all of it, less where the key serves cheaper models or discounted users.",
    }),
    proven: z.boolean().meta({ description: "Whether the provider told both the account and its balance." }),
    expires_at: Time,
  })
  .meta({ id: "Quote" });

export const ContributionReply = z
  .object({
    id: z.string(),
    provider: z.string(),
    hint: z.string().meta({ description: "The key's last characters; empty once it is destroyed." }),
    state: z.enum(["active", "paused", "cooling", "depleted", "quarantined", "revoked", "retired"]),
    reason: z
      .enum(KEY_REASONS)
      .nullable()
      .meta({ description: "Why it is in that state, where there is something to say." }),
    proven: z.boolean(),
    gross_credits: Credits,
    fee_credits: Credits,
    net_credits: Credits,
    vested_credits: Credits,
    withdrawable_credits: Credits,
    remaining_credits: Credits.meta({ description: "What is still to vest." }),
    held_back_credits: Credits.meta({
      description:
        "Of the remaining, what the key's use has made due and its requests' charges, less the fee, haven't earned yet. It " +
        "vests as soon as later requests allow it, and goes back when the quota is used up.",
    }),
    requests_served: Requests,
    created_at: Time,
  })
  .meta({ id: "Contribution" });

const count = (value: bigint): NumberLiteral => new NumberLiteral(String(value));

/** A quote as the API shows it. */
export const showQuote = (quote: QuoteView) => ({
  id: toPublicId("quote", quote.id),
  requests: count(quote.requests),
  gross_credits: credits(quote.grossMicros),
  fee_credits: credits(quote.feeMicros),
  net_credits: credits(quote.netMicros),
  proven: quote.isProven,
  expires_at: toIso(quote.expiresMs),
});

/** A contribution as its owner sees it: credits only. */
export const showContribution = (contribution: ContributionView) => ({
  id: toPublicId("contribution", contribution.id),
  provider: contribution.provider,
  hint: contribution.hint,
  state: contribution.state,
  reason: contribution.reason,
  proven: contribution.isProven,
  gross_credits: credits(contribution.grossMicros),
  fee_credits: credits(contribution.feeMicros),
  net_credits: credits(contribution.netMicros),
  vested_credits: credits(contribution.vestedMicros),
  withdrawable_credits: credits(contribution.withdrawableMicros),
  remaining_credits: credits(contribution.remainingMicros),
  held_back_credits: credits(contribution.heldBackMicros),
  requests_served: count(contribution.requestsServed),
  created_at: toIso(contribution.createdAtMs),
});
