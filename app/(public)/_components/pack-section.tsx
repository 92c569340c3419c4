import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { Credits, Money } from "@/app/_components/money";
import { packName, type PackView } from "@/app/_components/packs";
import { Badge } from "@/app/_components/ui/badge";
import { buttonClass } from "@/app/_components/ui/button";
import { Card } from "@/app/_components/ui/card";
import { readConfig } from "@/app/_server/config";
import { toPackViews } from "@/app/_server/purchases";

function Pack({ pack }: { pack: PackView }) {
  const t = useTranslations("Landing.packs");
  const percent = new Intl.NumberFormat(useLocale(), { style: "percent" }).format(pack.bonusPercent / 100);
  return (
    <Card className="p-6">
      <div className="flex min-h-6 items-center justify-between gap-2">
        <h3 className="text-[13px] font-medium text-ink-2">{packName(pack.id)}</h3>
        {pack.bonusPercent > 0 && <Badge tone="accent">{t("bonus", { percent })}</Badge>}
      </div>
      <p className="mt-2 text-[28px] leading-tight font-semibold tracking-[-0.03em]">
        <Credits amount={pack.credits} />
      </p>
      <p className="mt-1 min-h-5 text-[13px] text-ink-3">
        {pack.bonus > 0n &&
          t.rich("base", {
            base: () => <Credits amount={pack.base} hasUnit={false} />,
            bonus: () => <Credits amount={pack.bonus} hasUnit={false} />,
          })}
      </p>
      <p className="mt-4 border-t border-line pt-4 text-ink-2">
        <Money amount={pack.usd} />
      </p>
    </Card>
  );
}

/** The packs on sale, as the settings have them. */
export async function PackSection({ isSignedIn }: { isSignedIn: boolean }) {
  const [t, { settings }] = await Promise.all([getTranslations("Landing.packs"), readConfig()]);
  const packs = toPackViews(settings);
  if (packs.length === 0) return null;
  return (
    <section id="packs" className="mx-auto max-w-6xl scroll-mt-14 px-4 py-20 sm:px-6">
      <div className="flex flex-wrap items-end justify-between gap-4">
        <div>
          <h2 className="text-3xl font-semibold">{t("title")}</h2>
          <p className="mt-2 text-[15px] text-ink-2">{t("lead")}</p>
        </div>
        <Link href={isSignedIn ? "/buy" : "/sign-up"} className={buttonClass("primary")}>
          {t("buy")}
        </Link>
      </div>
      <div className="mt-8 grid gap-4 md:grid-cols-3">
        {packs.map((pack) => (
          <Pack key={pack.id} pack={pack} />
        ))}
      </div>
    </section>
  );
}
