import Link from "next/link";
import { useTranslations } from "next-intl";
import { Logo } from "@/app/_components/logo";
import { AuthForm, type AuthAction } from "./auth-form";

type AuthPageProps = { kind: "signIn" | "signUp"; action: AuthAction; next: string; invitation?: string };

/** The page around the form: one column, nothing that distracts. */
export function AuthPage({ kind, action, next, invitation }: AuthPageProps) {
  const t = useTranslations("Auth");
  const other = kind === "signIn" ? "/sign-up" : "/sign-in";
  return (
    <main
      id="content"
      tabIndex={-1}
      className="flex min-h-dvh flex-col items-center px-4 py-10 outline-none sm:justify-center sm:py-16"
    >
      <Link href="/" aria-label="Scrip" className="mb-8 rounded-md">
        <Logo />
      </Link>
      <div className="w-full max-w-sm rounded-lg border border-line bg-surface p-6 shadow-2 sm:p-8">
        <h1 className="text-xl font-semibold">{t(`${kind}.title`)}</h1>
        <p className="mt-1 mb-6 text-ink-2">{t(`${kind}.lead`)}</p>
        {invitation && (
          <p className="mb-4 rounded-md bg-accent-soft px-3 py-2 text-[13px] text-accent-ink">
            {t("signUp.invited", { code: invitation })}
          </p>
        )}
        <AuthForm kind={kind} action={action} next={next} />
      </div>
      <p className="mt-6 text-sm text-ink-2">
        {t(`${kind}.other`)}{" "}
        <Link
          href={next === "/overview" ? other : `${other}?next=${encodeURIComponent(next)}`}
          className="font-medium text-accent-ink underline-offset-4 hover:underline"
        >
          {t(`${kind}.otherLink`)}
        </Link>
      </p>
    </main>
  );
}
