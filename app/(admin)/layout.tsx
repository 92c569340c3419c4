import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { AccountShell } from "../(account)/_components/account-shell";
import { ShellFrame } from "../(account)/_components/shell-frame";
import { requireSession } from "../_server/session";

/** For admins. For others there is nothing here, just as where there is really nothing. */
export default async function AdminLayout({ children }: { children: ReactNode }) {
  const { user } = await requireSession();
  if (user.role !== "admin") notFound();
  return (
    <AccountShell user={user} frame={ShellFrame}>
      {children}
    </AccountShell>
  );
}
