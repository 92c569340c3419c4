import Link from "next/link";
import { useTranslations } from "next-intl";
import { SITE_LINKS } from "./site-links";

/** The foot of the public pages, and the only navigation of them that a phone has room for. */
export function SiteFooter() {
  const t = useTranslations("Landing");
  return (
    <footer className="border-t border-line">
      <div className="mx-auto flex max-w-6xl flex-wrap justify-between gap-4 px-4 py-8 text-[13px] text-ink-3 sm:px-6">
        <p>{t("footer")}</p>
        <nav aria-label={t("nav.foot")} className="flex flex-wrap gap-x-5 gap-y-1">
          {SITE_LINKS.map(({ name, href }) => (
            <Link key={name} href={href} className="py-0.5 hover:text-ink">
              {t(`nav.${name}`)}
            </Link>
          ))}
        </nav>
      </div>
    </footer>
  );
}
