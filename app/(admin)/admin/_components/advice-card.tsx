import { Lightbulb } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { modelHref } from "@/app/_components/model-view";
import { Card, CardHeader } from "@/app/_components/ui/card";
import type { Advice } from "@/lib/insight";

const MODELS_SHOWN = 5;

/** What an operator might do, and which models it is about. */
export function AdviceCard({ advice }: { advice: Advice[] }) {
  const t = useTranslations("Admin.advice");
  const models = [...new Set(advice.flatMap((one) => one.models))];
  return (
    <Card data-testid="advice">
      <CardHeader title={t("title")} />
      <div className="px-5 pb-5">
        {advice.length === 0 && <p className="text-ink-2">{t("none")}</p>}
        <ul className="flex flex-col gap-2">
          {advice.map(({ code }) => (
            <li key={code} className="flex items-start gap-2.5">
              <Lightbulb aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-warning" />
              {t(`codes.${code}`)}
            </li>
          ))}
        </ul>
        {models.length > 0 && (
          <p className="mt-3 text-[13px] text-ink-2">
            {t("losing")}{" "}
            {models.slice(0, MODELS_SHOWN).map((model, index) => (
              <span key={model}>
                {index > 0 && ", "}
                <Link href={modelHref(model)} className="font-medium text-ink underline-offset-2 hover:underline">
                  {model}
                </Link>
              </span>
            ))}
            {models.length > MODELS_SHOWN && ` ${t("more", { count: models.length - MODELS_SHOWN })}`}
          </p>
        )}
      </div>
    </Card>
  );
}
