"use client";

import { Monitor } from "lucide-react";
import { useTranslations } from "next-intl";
import { Badge } from "@/app/_components/ui/badge";
import { Button } from "@/app/_components/ui/button";
import { RelativeTime } from "@/app/_components/ui/relative-time";
import { showToast } from "@/app/_components/ui/toast-queue";
import { useAction } from "@/app/_components/ui/use-action";
import { endOtherSessions, endSession } from "../actions";

export type SessionView = { id: string; browser: string | null; createdMs: number; isThis: boolean };

function Item({ session, nowMs }: { session: SessionView; nowMs: number }) {
  const t = useTranslations("Settings.sessions");
  const [isPending, startTransition] = useAction();
  const end = () =>
    startTransition(async () => {
      await endSession(session.id);
      showToast({ title: t("ended") });
    });
  return (
    <li className="flex items-center gap-3 py-3">
      <Monitor aria-hidden="true" className="size-4 shrink-0 text-ink-3" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {session.browser ?? t("unknown")}
          {session.isThis && <Badge tone="accent">{t("this")}</Badge>}
        </p>
        <p className="text-[13px] text-ink-3">
          {t.rich("since", { when: () => <RelativeTime atMs={session.createdMs} nowMs={nowMs} /> })}
        </p>
      </div>
      {!session.isThis && (
        <Button variant="secondary" size="sm" isPending={isPending} onClick={end}>
          {t("end")}
        </Button>
      )}
    </li>
  );
}

/** Where one is signed in, and the end of it. */
export function SessionList({ sessions, nowMs }: { sessions: SessionView[]; nowMs: number }) {
  const t = useTranslations("Settings.sessions");
  const [isPending, startTransition] = useAction();
  const endOthers = () =>
    startTransition(async () => {
      await endOtherSessions();
      showToast({ title: t("endedOthers") });
    });
  return (
    <>
      <ul className="divide-y divide-line">
        {sessions.map((session) => (
          <Item key={session.id} session={session} nowMs={nowMs} />
        ))}
      </ul>
      {sessions.length > 1 && (
        <Button variant="secondary" isPending={isPending} onClick={endOthers} className="mt-3">
          {t("endOthers")}
        </Button>
      )}
    </>
  );
}
