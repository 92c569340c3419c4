"use client";

import { CSPProvider } from "@base-ui/react/csp-provider";
import Link from "next/link";
import type { ReactNode } from "react";
import { Logo } from "@/app/_components/logo";
import { ToastRegion } from "@/app/_components/ui/toast-region";
import { TooltipLayer } from "@/app/_components/ui/tooltip-layer";
import { BalancePill } from "./balance-pill";
import { BottomBar } from "./bottom-bar";
import { type Live, LiveProvider } from "./live";
import { PaletteTrigger } from "./palette-trigger";
import { Sidebar } from "./sidebar";
import { TopUpLink } from "./top-up-link";
import { UserMenu } from "./user-menu";

export type ShellFrameProps = {
  email: string;
  name: string | null;
  isAdmin: boolean;
  startsCollapsed: boolean;
  baseUrl: string;
  live: Live;
  /** The text of the link past the navigation. */
  skip: string;
  children: ReactNode;
};

/** The sidebar, the bar above with the balance, the bar below on a phone, and the page between them. */
export function ShellFrame({ email, name, isAdmin, startsCollapsed, baseUrl, live, skip, children }: ShellFrameProps) {
  return (
    <CSPProvider disableStyleElements>
      <LiveProvider initial={live}>
        <a href="#content" className="skip-link">
          {skip}
        </a>
        <div className="flex min-h-dvh">
          <Sidebar startsCollapsed={startsCollapsed} isAdmin={isAdmin} />
          <div className="flex min-w-0 flex-1 flex-col">
            <header className="sticky top-0 z-20 flex h-14 items-center gap-2.5 border-b border-line bg-canvas/85 px-4 backdrop-blur-md sm:px-6 print:hidden">
              <Link href="/overview" aria-label="Scrip" className="rounded-md md:hidden">
                <Logo hasName={false} />
              </Link>
              <PaletteTrigger baseUrl={baseUrl} isAdmin={isAdmin} />
              <div className="ml-auto flex items-center gap-2.5">
                <BalancePill />
                <TopUpLink />
                <UserMenu email={email} name={name} />
              </div>
            </header>
            <main
              id="content"
              tabIndex={-1}
              className="mx-auto w-full max-w-6xl flex-1 px-4 pt-6 pb-24 outline-none sm:px-6"
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
  );
}
