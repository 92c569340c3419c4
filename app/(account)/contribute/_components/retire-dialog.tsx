"use client";

import { useTranslations } from "next-intl";
import { Credits } from "@/app/_components/money";
import { Button } from "@/app/_components/ui/button";
import { Dialog } from "@/app/_components/ui/dialog";
import { showToast } from "@/app/_components/ui/toast-queue";
import { useProviderName } from "@/app/_components/model-view";
import { useAction } from "@/app/_components/ui/use-action";
import { retire } from "../actions";
import type { ContributionRow } from "./quoted";

/** Asks once more, with what goes and what stays: a key that is destroyed can't be had back. */
export default function RetireDialog({ row, onClose }: { row: ContributionRow; onClose: () => void }) {
  const t = useTranslations("Contribute.retire");
  const ui = useTranslations("Ui");
  const providerName = useProviderName();
  const [isPending, startTransition] = useAction();
  const confirm = () =>
    startTransition(async () => {
      const retired = await retire(row.id);
      if (retired.outcome === "refused") showToast({ title: t("failed"), text: retired.message, isError: true });
      else showToast({ title: t("done") });
      onClose();
    });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("title", { name: `${providerName(row.provider)} …${row.hint}` })}
      note={t("text")}
    >
      <dl className="flex flex-col gap-2">
        <div className="flex justify-between gap-4">
          <dt className="text-ink-2">{t("keep")}</dt>
          <dd className="font-semibold">
            <Credits amount={row.vestedMicros} isExact />
          </dd>
        </div>
        <div className="flex justify-between gap-4">
          <dt className="text-ink-2">{t("give")}</dt>
          <dd className="font-semibold">
            <Credits amount={row.remainingMicros} isExact />
          </dd>
        </div>
      </dl>
      <div className="mt-5 flex justify-end gap-2">
        <Button variant="secondary" onClick={onClose}>
          {ui("cancel")}
        </Button>
        <Button variant="danger" isPending={isPending} onClick={confirm}>
          {t("submit")}
        </Button>
      </div>
    </Dialog>
  );
}
