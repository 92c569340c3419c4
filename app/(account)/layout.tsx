import type { ReactNode } from "react";
import { requireSession } from "../_server/session";
import { AccountShell } from "./_components/account-shell";
import { ShellFrame } from "./_components/shell-frame";

export default async function AccountLayout({ children }: { children: ReactNode }) {
  const { user } = await requireSession();
  return (
    <AccountShell user={user} frame={ShellFrame}>
      {children}
    </AccountShell>
  );
}
