import Link from "next/link";
import { useTranslations } from "next-intl";
import { Logo } from "./_components/logo";
import { buttonClass } from "./_components/ui/button";

export default function NotFound() {
  const t = useTranslations("Errors.notFound");
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center px-4 text-center">
      <Link href="/" aria-label="Scrip" className="mb-8 rounded-md">
        <Logo />
      </Link>
      <h1 className="text-xl font-semibold">{t("title")}</h1>
      <p className="mt-2 max-w-sm text-ink-2">{t("text")}</p>
      <Link href="/" className={buttonClass("secondary", "md", "mt-6")}>
        {t("home")}
      </Link>
    </main>
  );
}
