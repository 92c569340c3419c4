"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { showToast } from "@/app/_components/ui/toast-queue";
import type { Acted } from "@/app/_server/action";
import { useAction } from "@/app/_components/ui/use-action";

/** Orders, and leaves for the pay page. It stays under way until the browser has left, so that nothing is ordered twice. */
export function usePayPage(): { isPending: boolean; go: (order: () => Promise<Acted<{ url: string }>>) => void } {
  const t = useTranslations("Buy");
  const [isPending, startTransition] = useAction();
  const [isLeaving, setIsLeaving] = useState(false);
  const go = (order: () => Promise<Acted<{ url: string }>>) =>
    startTransition(async () => {
      const ordered = await order();
      if (ordered.outcome === "refused") {
        showToast({ title: t("failed"), text: ordered.message, isError: true });
        return;
      }
      setIsLeaving(true);
      location.assign(ordered.value.url);
      // Back from the pay page the browser may show this page as it was left.
      addEventListener("pageshow", () => setIsLeaving(false), { once: true });
    });
  return { isPending: isPending || isLeaving, go };
}
