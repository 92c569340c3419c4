import { getTranslations } from "next-intl/server";
import type { User } from "@/lib/auth";
import type { Ctx } from "@/lib/ctx";
import type { Tx } from "@/lib/db";
import { type ErrorCode, ScripError } from "@/lib/errors";
import { type CostlyCall, countAccount, countAddress, limitsOf } from "./limits";
import { readCaller } from "./request";
import { webDatabase } from "./database";
import { requireSession } from "./session";

/** What a person's intention came to: done, or refused, with words for them to read. */
export type Acted<T> = { outcome: "done"; value: T } | { outcome: "refused"; code: ErrorCode; message: string };

type Work<T> = (tx: Tx, ctx: Ctx, user: User) => Promise<T>;

/** Do what a signed-in person asks for, in one transaction. A refusal of a room becomes words; a fault stays one. */
export const act = <T>(work: Work<T>, limit?: CostlyCall): Promise<Acted<T>> =>
  attempt((ctx, user) => webDatabase().inTransaction((tx) => work(tx, ctx, user)), limit);

/** As `act`, and counted as the API counts the same call; for work with transactions of its own: what waits for a service of others holds none open meanwhile. */
export async function attempt<T>(work: (ctx: Ctx, user: User) => Promise<T>, limit?: CostlyCall): Promise<Acted<T>> {
  const { user, ctx } = await requireSession();
  try {
    await countAddress(limitsOf(limit), (await readCaller()).address);
    await countAccount(limitsOf(limit), user.id);
    return { outcome: "done", value: await work(ctx, user) };
  } catch (error) {
    if (error instanceof ScripError) return { outcome: "refused", code: error.code, message: await wordsFor(error) };
    throw error;
  }
}

async function wordsFor({ code }: ScripError): Promise<string> {
  const t = await getTranslations("Errors.codes");
  // Not every code has words of its own in the catalogue of texts; `has` says which do.
  const key = code as Parameters<typeof t>[0];
  return t(t.has(key) ? key : "other");
}
