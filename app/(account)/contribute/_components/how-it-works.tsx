import { Lock, RotateCcw, TrendingUp } from "lucide-react";
import { useTranslations } from "next-intl";
import { Card, CardHeader } from "@/app/_components/ui/card";

const POINTS = { vesting: TrendingUp, secret: Lock, back: RotateCcw } as const;

/** What happens to a key and its credits, in three points. */
export function HowItWorks({ feePercent }: { feePercent: string }) {
  const t = useTranslations("Contribute.how");
  return (
    <Card>
      <CardHeader title={t("title")} />
      <ul className="flex flex-col gap-4 px-5 pb-5">
        {(Object.keys(POINTS) as (keyof typeof POINTS)[]).map((name) => {
          const Icon = POINTS[name];
          return (
            <li key={name} className="flex gap-3">
              <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-accent" strokeWidth={1.75} />
              <div>
                <h3 className="text-[13px] font-medium">{t(`${name}.title`)}</h3>
                <p className="mt-0.5 text-[13px] text-ink-2">{t(`${name}.text`, { percent: feePercent })}</p>
              </div>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
