import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { one, ownPath, type SearchParams } from "@/app/_server/request";
import { currentUser } from "@/app/_server/session";
import { AuthPage } from "../_components/auth-page";
import { signIn } from "./actions";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("Auth.signIn");
  return { title: t("title") };
}

export default async function SignInPage({ searchParams }: { searchParams: SearchParams }) {
  const { next } = await searchParams;
  const target = ownPath(one(next), "/overview");
  if (await currentUser()) redirect(target);
  return <AuthPage kind="signIn" action={signIn} next={target} />;
}
