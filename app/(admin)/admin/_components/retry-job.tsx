"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/app/_components/ui/button";
import { showToast } from "@/app/_components/ui/toast-queue";
import { useAction } from "@/app/_components/ui/use-action";
import { retryFailingJob } from "../actions";

/** Has a failing job tried at once. */
export function RetryJob({ id }: { id: string }) {
  const t = useTranslations("Admin.alerts.jobs");
  const [isPending, start] = useAction();
  const retry = (): void =>
    start(async () => {
      const retried = await retryFailingJob(id);
      if (retried.outcome === "done") showToast({ title: t("retried") });
      else showToast({ title: retried.message, isError: true });
    });
  return (
    <Button size="sm" variant="secondary" isPending={isPending} onClick={retry}>
      {t("retry")}
    </Button>
  );
}
