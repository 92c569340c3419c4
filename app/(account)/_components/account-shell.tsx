import { CSPProvider } from "@base-ui/react/csp-provider";
import { cookies } from "next/headers";
import Link from "next/link";
import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { Logo } from "@/app/_components/logo";
import { ToastRegion } from "@/app/_components/ui/toast-region";
import { TooltipLayer } from "@/app/_components/ui/tooltip-layer";
import { gatewayUrl } from "@/app/_server/addresses";
import { readLive } from "@/app/_server/live";
import type { User } from "@/lib/auth";
import { BalancePill } from "./balance-pill";
import { BottomBar } from "./bottom-bar";
import { LiveProvider } from "./live";
import { PaletteTrigger } from "./palette-trigger";
import { Sidebar, SIDEBAR_COOKIE } from "./sidebar";
import { TopUpLink } from "./top-up-link";
import { UserMenu } from "./user-menu";

/** What is around every page of somebody who is signed in. */
export async function AccountShell({ user, children }: { user: User; children: ReactNode }) {
  const isAdmin = user.role === "admin";
  const [t, messages, cookie, live] = await Promise.all([
    getTranslations("App"),
    getMessages(),
    cookies(),
    readLive(user.walletId),
  ]);
  // The texts of public pages stay on the server; those of a password field are needed here, too.
  const { App: _app, Landing: _landing, ApiDocs: _docs, ...texts } = messages;
  return (
    <NextIntlClientProvider messages={texts}>
      <CSPProvider disableStyleElements>
        <LiveProvider initial={live}>
          <a href="#content" className="skip-link">
            {t("skip")}
          </a>
          <div className="flex min-h-dvh">
            <Sidebar startsCollapsed={cookie.get(SIDEBAR_COOKIE)?.value === "collapsed"} isAdmin={isAdmin} />
            <div className="flex min-w-0 flex-1 flex-col">
              <header className="sticky top-0 z-20 flex h-14 items-center gap-2.5 border-b border-line bg-canvas/85 px-4 backdrop-blur-md sm:px-6 print:hidden">
                <Link href="/overview" aria-label="Scrip" className="rounded-md md:hidden">
                  <Logo hasName={false} />
                </Link>
                <PaletteTrigger baseUrl={gatewayUrl()} isAdmin={isAdmin} />
                <div className="ml-auto flex items-center gap-2.5">
                  <BalancePill />
                  <TopUpLink />
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
          <BottomBar isAdmin={isAdmin} />
          <TooltipLayer />
          <ToastRegion />
        </LiveProvider>
      </CSPProvider>
    </NextIntlClientProvider>
  );
}
