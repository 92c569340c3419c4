"use server";

import { revalidatePath } from "next/cache";
import { typedAmount } from "@/app/_components/typed-amount";
import { act, type Acted, attempt } from "@/app/_server/action";
import { webDatabase } from "@/app/_server/database";
import { textOf } from "@/app/_server/request";
import { revalidateQuote, quoteKey } from "@/app/_server/quote-key";
import {
  contribute,
  pauseContribution,
  QuoteBody,
  resumeContribution,
  retireContribution,
  topUpContribution,
} from "@/lib/contributions";
import { ScripError } from "@/lib/errors";
import { fromPublicId, type IdKind, toPublicId, type Uuid } from "@/lib/ids";
import { nowMs } from "@/lib/time";
import { SecretText } from "@/lib/vault";
import type { Quoted } from "./_components/quoted";

function idOf(kind: IdKind, publicId: string): Uuid {
  const id = fromPublicId(kind, publicId);
  if (!id) throw new ScripError("not_found", `There is no such ${kind}.`);
  return id;
}

const wrongCap = (): ScripError => new ScripError("validation_failed", "The cap is no amount of dollars.");

/** A cap as it was typed; nothing where there is none. Errors: `validation_failed`. */
function capOf(text: string): number | undefined {
  if (text.trim() === "") return undefined;
  const literal = typedAmount(text);
  if (literal === null) throw wrongCap();
  return Number(literal);
}

/**
 * Look at a key and say what it would be worth. The key comes in a form's body, is encrypted at once, and is in no answer.
 *
 * A form rather than a text, since a development server writes down the texts that actions are called with.
 */
export async function validateKey(form: FormData): Promise<Acted<Quoted>> {
  return attempt(async (ctx, user) => {
    const parsed = QuoteBody.safeParse({
      provider: textOf(form, "provider"),
      api_key: textOf(form, "key"),
      declared_usd: capOf(textOf(form, "cap")),
      contribution: textOf(form, "contribution") || undefined,
    });
    if (!parsed.success) {
      const isCap = parsed.error.issues.some(({ path }) => path[0] === "declared_usd");
      throw isCap ? wrongCap() : new ScripError("key_invalid", "The form doesn't hold a key.");
    }
    const { provider, api_key: key, declared_usd: declaredNanos, contribution } = parsed.data;
    const input = { userId: user.id, provider, secret: new SecretText(key), topUpOf: contribution ?? null };
    const quote = await quoteKey(ctx, { ...input, declaredNanos: declaredNanos ?? null });
    const { requests, grossMicros, feeMicros, netMicros, isProven, expiresMs } = quote;
    return { id: toPublicId("quote", quote.id), requests, grossMicros, feeMicros, netMicros, isProven, expiresMs };
  }, "quotes");
}

/** Contribute the key of a quote. */
export async function contributeKey(quoteId: string, attest: boolean): Promise<Acted<null>> {
  const contributed = await attempt(async (ctx, { id: userId, walletId }) => {
    const accepted = { userId, quoteId: idOf("quote", quoteId), attest };
    const revalidation = await revalidateQuote(ctx, { ...accepted, topUpOf: null });
    await webDatabase().inTransaction((tx) =>
      contribute(tx, { ...ctx, nowMs: nowMs() }, { ...accepted, walletId, revalidation }),
    );
    return null;
  }, "quotes");
  revalidatePath("/contribute");
  return contributed;
}

/** Add what a quote found to have been added to a contribution's key. */
export async function topUp(id: string, quoteId: string, attest: boolean): Promise<Acted<null>> {
  const toppedUp = await attempt(async (ctx, { id: userId }) => {
    const contributionId = idOf("contribution", id);
    const accepted = { userId, quoteId: idOf("quote", quoteId), attest };
    const revalidation = await revalidateQuote(ctx, { ...accepted, topUpOf: contributionId });
    await webDatabase().inTransaction((tx) =>
      topUpContribution(tx, { ...ctx, nowMs: nowMs() }, { ...accepted, contributionId, revalidation }),
    );
    return null;
  }, "quotes");
  revalidatePath("/contribute");
  return toppedUp;
}

/** Take a contribution's key out of use, or let it be used again. */
export async function pauseOrResume(id: string, isPausing: boolean): Promise<Acted<null>> {
  const done = await act(async (tx, ctx, user) => {
    const change = isPausing ? pauseContribution : resumeContribution;
    await change(tx, ctx, { userId: user.id, contributionId: idOf("contribution", id) });
    return null;
  });
  revalidatePath("/contribute");
  return done;
}

/** Take a contribution back for good. */
export async function retire(id: string): Promise<Acted<null>> {
  const retired = await act(async (tx, ctx, user) => {
    await retireContribution(tx, ctx, { userId: user.id, contributionId: idOf("contribution", id) });
    return null;
  });
  revalidatePath("/contribute");
  return retired;
}
