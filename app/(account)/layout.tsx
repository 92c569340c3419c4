import { CSPProvider } from "@base-ui/react/csp-provider";
import { cookies } from "next/headers";
import Link from "next/link";
import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { Logo } from "../_components/logo";
import { ToastRegion } from "../_components/ui/toast-region";
import { TooltipLayer } from "../_components/ui/tooltip-layer";
import { gatewayUrl } from "../_server/addresses";
import { readLive } from "../_server/live";
import { requireSession } from "../_server/session";
import { BalancePill } from "./_components/balance-pill";
import { BottomBar } from "./_components/bottom-bar";
import { LiveProvider } from "./_components/live";
import { PaletteTrigger } from "./_components/palette-trigger";
import { Sidebar, SIDEBAR_COOKIE } from "./_components/sidebar";
import { UserMenu } from "./_components/user-menu";

export default async function AccountLayout({ children }: { children: ReactNode }) {
  const { user } = await requireSession();
  const [t, messages, cookie, live] = await Promise.all([
    getTranslations("App"),
    getMessages(),
    cookies(),
    readLive(user.walletId),
  ]);
  // The texts of public pages stay on the server; those of a password field are needed here, too.
  const { App: _app, Landing: _landing, ...texts } = messages;
  return (
    <NextIntlClientProvider messages={texts}>
      <CSPProvider disableStyleElements>
        <LiveProvider initial={live}>
          <a href="#content" className="skip-link">
            {t("skip")}
          </a>
          <div className="flex min-h-dvh">
            <Sidebar startsCollapsed={cookie.get(SIDEBAR_COOKIE)?.value === "collapsed"} />
            <div className="flex min-w-0 flex-1 flex-col">
              <header className="sticky top-0 z-20 flex h-14 items-center gap-2.5 border-b border-line bg-canvas/85 px-4 backdrop-blur-md sm:px-6">
                <Link href="/overview" aria-label="Scrip" className="rounded-md md:hidden">
                  <Logo hasName={false} />
                </Link>
                <PaletteTrigger baseUrl={gatewayUrl()} />
                <div className="ml-auto flex items-center gap-2.5">
                  <BalancePill />
                  <UserMenu email={user.email} name={user.name} />
                </div>
              </header>
              <main
                id="content"
                tabIndex={-1}
                className="mx-auto w-full max-w-6xl flex-1 px-4 pt-6 pb-24 outline-none sm:px-6 md:pb-12"
              >
                {children}
              </main>
            </div>
          </div>
          <BottomBar />
          <TooltipLayer />
          <ToastRegion />
        </LiveProvider>
      </CSPProvider>
    </NextIntlClientProvider>
  );
}
