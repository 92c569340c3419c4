"use client";

import { WifiOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { useSyncExternalStore } from "react";
import { isOffline, onConnection } from "./use-action";

/** Says that nothing gets through, above dialogs too, for as long as that is so. */
export function OfflineNotice() {
  const t = useTranslations("Ui");
  const isShown = useSyncExternalStore(onConnection, isOffline, () => false);
  return (
    <div role="status" className="fixed inset-x-0 top-0 z-[60] flex justify-center px-4 print:hidden">
      {isShown && (
        <p className="mt-2 flex items-center gap-2 rounded-full border border-line bg-raised px-4 py-2 text-[13px] shadow-3">
          <WifiOff aria-hidden="true" className="size-4 shrink-0 text-warning" />
          {t("offline")}
        </p>
      )}
    </div>
  );
}
