import { Logo } from "@/app/_components/logo";
import { ThemeSwitch } from "@/app/_components/theme-switch";
import { buttonClass } from "@/app/_components/ui/button";
import { useTranslations } from "next-intl";
import Link from "next/link";

/** The public places, in the order that a visitor asks for them. */
const SITE_LINKS = [
  { name: "how", href: "/#how" },
  { name: "models", href: "/models" },
  { name: "packs", href: "/#packs" },
  { name: "contribute", href: "/#contribute" },
  { name: "api", href: "/docs/api" },
] as const;

/** The head of the public pages. */
export function SiteHeader({ isSignedIn }: { isSignedIn: boolean }) {
  const t = useTranslations("Landing");
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-canvas/85 backdrop-blur-md">
      <div className="mx-auto flex h-14 max-w-6xl items-center gap-3 px-4 sm:px-6">
        <Link href="/" aria-label="Scrip" className="shrink-0 rounded-md">
          <Logo />
        </Link>
        <nav aria-label={t("nav.label")} className="ml-6 hidden gap-1 lg:flex">
          {SITE_LINKS.map(({ name, href }) => (
            <Link
              key={name}
              href={href}
              className="rounded-md px-3 py-1.5 text-sm text-ink-2 transition-colors hover:text-ink"
            >
              {t(`nav.${name}`)}
            </Link>
          ))}
        </nav>
        <div className="ml-auto flex items-center gap-2">
          <span className="hidden sm:block">
            <ThemeSwitch />
          </span>
          {isSignedIn ? (
            <Link href="/overview" className={buttonClass("primary", "sm")}>
              {t("overview")}
            </Link>
          ) : (
            <>
              <Link href="/sign-in" className={buttonClass("ghost", "sm")}>
                {t("signIn")}
              </Link>
              <Link href="/sign-up" className={buttonClass("primary", "sm")}>
                {t("signUp")}
              </Link>
            </>
          )}
        </div>
      </div>
    </header>
  );
}

/** The foot of the public pages, and the only navigation of them that a narrow screen has room for. */
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
