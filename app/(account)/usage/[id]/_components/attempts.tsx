import { useLocale, useTranslations } from "next-intl";
import { Badge } from "@/app/_components/ui/badge";
import { Card, CardHeader } from "@/app/_components/ui/card";
import type { UsageAttempt } from "@/lib/usage";
import { durationText } from "../../../_components/usage-table";

const ANSWERED = "ok";

/** Each try at a supplier; those that failed cost nothing, and it says so. */
export function Attempts({ attempts }: { attempts: readonly UsageAttempt[] }) {
  const t = useTranslations("Request");
  const locale = useLocale();
  return (
    <Card className="mt-4">
      <CardHeader title={t("attempts")} note={t("attemptsNote")} />
      <ol className="divide-y divide-line border-t border-line">
        {attempts.map(({ n, outcome, latencyMs }) => (
          <li key={n} className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 px-5 py-2">
            <span className="font-medium">{t("attempt", { n })}</span>
            <Badge tone={outcome === ANSWERED ? "accent" : "neutral"} hasDot>
              {outcome === ANSWERED ? t("outcomes.ok") : outcome.replaceAll("_", " ")}
            </Badge>
            <span className="text-[13px] text-ink-3 tabular-nums">{durationText(latencyMs, locale)}</span>
            {outcome !== ANSWERED && <span className="ml-auto text-[13px] text-ink-3">{t("attemptFree")}</span>}
          </li>
        ))}
      </ol>
    </Card>
  );
}
