import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { AccountShell } from "../(account)/_components/account-shell";
import { LazyShellFrame } from "../(account)/_components/lazy-shell-frame";
import { SiteFooter, SiteHeader } from "../(public)/_components/site-header";
import { TooltipLayer } from "../_components/ui/tooltip-layer";
import { currentUser } from "../_server/session";

/** The catalogue is everybody's: in their own surroundings for those who are signed in, in the public ones for others. */
export default async function CatalogueLayout({ children }: { children: ReactNode }) {
  const user = await currentUser();
  if (!user) return <PublicShell>{children}</PublicShell>;
  return (
    <AccountShell user={user} frame={LazyShellFrame}>
      {children}
    </AccountShell>
  );
}

async function PublicShell({ children }: { children: ReactNode }) {
  const [t, { Ui, Errors, Models, Providers }] = await Promise.all([getTranslations("App"), getMessages()]);
  return (
    <NextIntlClientProvider messages={{ Ui, Errors, Models, Providers }}>
      <a href="#content" className="skip-link">
        {t("skip")}
      </a>
      <SiteHeader isSignedIn={false} />
      <main
        id="content"
        tabIndex={-1}
        className="mx-auto min-h-[70dvh] w-full max-w-6xl px-4 pt-10 pb-16 outline-none sm:px-6"
      >
        {children}
      </main>
      <SiteFooter />
      <TooltipLayer />
    </NextIntlClientProvider>
  );
}
