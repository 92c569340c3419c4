import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { one, ownPath, type SearchParams } from "@/app/_server/request";
import { readReferralCode } from "@/app/_server/referral";
import { currentUser } from "@/app/_server/session";
import { AuthPage } from "../_components/auth-page";
import { signUp } from "./actions";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("Auth.signUp");
  return { title: t("title") };
}

export default async function SignUpPage({ searchParams }: { searchParams: SearchParams }) {
  const { next, ref } = await searchParams;
  const target = ownPath(one(next), "/overview");
  if (await currentUser()) redirect(target);
  const invitation = one(ref)?.match(/^[0-9A-Za-z]{4,32}$/)?.[0] ?? (await readReferralCode());
  return <AuthPage kind="signUp" action={signUp} next={target} invitation={invitation ?? undefined} />;
}
