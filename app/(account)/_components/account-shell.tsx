import { cookies } from "next/headers";
import { NextIntlClientProvider } from "next-intl";
import { getMessages } from "next-intl/server";
import type { ComponentType, ReactNode } from "react";
import { gatewayUrl } from "@/app/_server/request";
import { readLive } from "@/app/_server/live";
import type { User } from "@/lib/auth";
import type { ShellFrameProps } from "./shell-frame";
import { SIDEBAR_COOKIE } from "./nav";

type AccountShellProps = { user: User; frame: ComponentType<ShellFrameProps>; children: ReactNode };

/**
 * What is around every page of somebody who is signed in, with its texts and figures.
 *
 * The frame is given, since a page that visitors see too loads it later: `LazyShellFrame`.
 */
export async function AccountShell({ user, frame: Frame, children }: AccountShellProps) {
  const [messages, cookie, live] = await Promise.all([getMessages(), cookies(), readLive(user.walletId)]);
  // The texts of public pages stay on the server; those of a password field are needed here, too.
  const { App: _app, Landing: _landing, ApiDocs: _docs, ...texts } = messages;
  return (
    <NextIntlClientProvider messages={texts}>
      <Frame
        email={user.email}
        name={user.name}
        isAdmin={user.role === "admin"}
        startsCollapsed={cookie.get(SIDEBAR_COOKIE)?.value === "collapsed"}
        baseUrl={gatewayUrl()}
        live={live}
        skip={messages.App.skip}
      >
        {children}
      </Frame>
    </NextIntlClientProvider>
  );
}
