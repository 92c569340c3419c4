import { getTranslations } from "next-intl/server";
import type { User } from "@/lib/auth";
import type { Ctx } from "@/lib/ctx";
import type { Tx } from "@/lib/db";
import { ScripError } from "@/lib/errors";
import { webDatabase } from "./database";
import { requireSession } from "./session";

/** What a person's intention came to: done, or refused with words for them to read. */
export type Acted<T> = { outcome: "done"; value: T } | { outcome: "refused"; message: string };

type Work<T> = (tx: Tx, ctx: Ctx, user: User) => Promise<T>;

/** Do what a signed-in person asks for, in one transaction. A refusal of a room becomes words; a fault stays one. */
export async function act<T>(work: Work<T>): Promise<Acted<T>> {
  const { user, ctx } = await requireSession();
  try {
    return { outcome: "done", value: await webDatabase().inTransaction((tx) => work(tx, ctx, user)) };
  } catch (error) {
    if (error instanceof ScripError) return { outcome: "refused", message: await wordsFor(error) };
    throw error;
  }
}

async function wordsFor(error: ScripError): Promise<string> {
  const t = await getTranslations("Errors.codes");
  return error.code === "not_found" || error.code === "forbidden" || error.code === "validation_failed"
    ? t(error.code)
    : t("other");
}
