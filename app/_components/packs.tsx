import { useLocale, useTranslations } from "next-intl";
import { Credits } from "./money";
import { Badge } from "./ui/badge";
import type { Micros, Nanos } from "@/lib/money";

/** A pack as pages show it. `bonusPercent` is how much of its credits is bonus, in whole percents, rounded down. */
export type PackView = {
  id: string;
  credits: Micros;
  base: Micros;
  bonus: Micros;
  bonusPercent: number;
  usd: Nanos;
};

/** A pack's name: its id with a capital letter. */
export const packName = (id: string): string => id.charAt(0).toUpperCase() + id.slice(1).replaceAll(/[-_.]/g, " ");

type PackSummaryProps = { pack: PackView; heading: "h2" | "h3"; headingId?: string };

/** A pack's name, its credits, and what of them is bonus. */
export function PackSummary({ pack, heading: Heading, headingId }: PackSummaryProps) {
  const t = useTranslations("Buy");
  const percent = new Intl.NumberFormat(useLocale(), { style: "percent" }).format(pack.bonusPercent / 100);
  return (
    <>
      <div className="flex min-h-6 items-center justify-between gap-2">
        <Heading id={headingId} className="text-[13px] font-medium text-ink-2">
          {packName(pack.id)}
        </Heading>
        {pack.bonusPercent > 0 && <Badge tone="accent">{t("bonusBadge", { percent })}</Badge>}
      </div>
      <p className="mt-2 text-2xl leading-tight font-semibold tracking-[-0.03em]">
        <Credits amount={pack.credits} />
      </p>
      <p className="mt-1 min-h-5 text-[13px] text-ink-3">
        {pack.bonus > 0n &&
          t.rich("baseAndBonus", {
            base: () => <Credits amount={pack.base} hasUnit={false} />,
            bonus: () => <Credits amount={pack.bonus} hasUnit={false} />,
          })}
      </p>
    </>
  );
}
