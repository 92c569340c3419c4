import Link from "next/link";
import { useTranslations } from "next-intl";

/** The foot of the public pages. */
export function SiteFooter() {
  const t = useTranslations("Landing");
  return (
    <footer className="border-t border-line">
      <div className="mx-auto flex max-w-6xl flex-wrap justify-between gap-4 px-4 py-8 text-[13px] text-ink-3 sm:px-6">
        <p>{t("footer")}</p>
        <Link href="/docs/api" className="hover:text-ink">
          {t("nav.api")}
        </Link>
      </div>
    </footer>
  );
}
