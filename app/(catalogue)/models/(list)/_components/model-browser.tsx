"use client";

import { SearchX } from "lucide-react";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import type { ModelView } from "@/app/_components/model-view";
import { Button } from "@/app/_components/ui/button";
import { Card } from "@/app/_components/ui/card";
import { EmptyState } from "@/app/_components/ui/empty-state";
import { ModelFilters } from "./model-filters";
import { ModelTable } from "./model-table";
import { PARSERS, select } from "./selection";

/** The catalogue with what narrows it; all of that is in the address, so that a view can be shared. */
export function ModelBrowser({ models, hasBalance }: { models: ModelView[]; hasBalance: boolean }) {
  const t = useTranslations("Models");
  const [selection, choose] = useQueryStates(PARSERS, { history: "replace" });
  const shown = select(models, selection);
  const clear = () => void choose({ q: null, provider: null, capability: null });
  return (
    <>
      <ModelFilters models={models} selection={selection} onChange={(change) => void choose(change)} onClear={clear} />
      <p role="status" className="mb-2 text-[13px] text-ink-3">
        {t("shown", { shown: shown.length, all: models.length })}
      </p>
      <Card className="overflow-hidden">
        {shown.length > 0 ? (
          <ModelTable models={shown} per={selection.per} hasBalance={hasBalance} />
        ) : models.length > 0 ? (
          <EmptyState icon={SearchX} title={t("none.title")} text={t("none.text")}>
            <Button variant="secondary" onClick={clear}>
              {t("filters.clear")}
            </Button>
          </EmptyState>
        ) : (
          <EmptyState icon={SearchX} title={t("empty.title")} text={t("empty.text")} />
        )}
      </Card>
    </>
  );
}
