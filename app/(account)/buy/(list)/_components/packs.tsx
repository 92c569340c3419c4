"use client";

import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { Credits } from "@/app/_components/money";
import { Money } from "@/app/_components/money";
import { type PackView, packName } from "@/app/_components/packs";
import { Badge } from "@/app/_components/ui/badge";
import { Button } from "@/app/_components/ui/button";
import { Card } from "@/app/_components/ui/card";
import { buyPack } from "../../actions";
import { usePayPage } from "../../_components/use-pay-page";

type PackCardProps = { pack: PackView; isBest: boolean; isPending: boolean; isBusy: boolean; onBuy: () => void };

function PackCard({ pack, isBest, isPending, isBusy, onBuy }: PackCardProps) {
  const t = useTranslations("Buy");
  const percent = new Intl.NumberFormat(useLocale(), { style: "percent" }).format(pack.bonusPercent / 100);
  const name = packName(pack.id);
  return (
    <Card aria-labelledby={`pack-${pack.id}`} className={`flex flex-col p-5 ${isBest ? "!border-accent" : ""}`}>
      <div className="flex min-h-6 items-center justify-between gap-2">
        <h2 id={`pack-${pack.id}`} className="text-[13px] font-medium text-ink-2">
          {name}
        </h2>
        {pack.bonusPercent > 0 && <Badge tone="accent">{t("bonusBadge", { percent })}</Badge>}
      </div>
      <p className="mt-2 text-[28px] leading-tight font-semibold tracking-[-0.03em]">
        <Credits amount={pack.credits} />
      </p>
      <p className="mt-1 min-h-5 text-[13px] text-ink-3">
        {pack.bonus > 0n &&
          t.rich("baseAndBonus", {
            base: () => <Credits amount={pack.base} hasUnit={false} />,
            bonus: () => <Credits amount={pack.bonus} hasUnit={false} />,
          })}
      </p>
      <Button
        variant={isBest ? "primary" : "secondary"}
        className="mt-5 w-full"
        isPending={isPending}
        disabled={isBusy}
        onClick={onBuy}
        aria-label={t("buyPack", { name })}
      >
        <span>{t.rich("buyFor", { price: () => <Money amount={pack.usd} /> })}</span>
      </Button>
    </Card>
  );
}

/** The packs on sale. The one with the largest bonus stands out. */
export function Packs({ packs }: { packs: PackView[] }) {
  const { isPending, go } = usePayPage();
  const [ordered, setOrdered] = useState<string | null>(null);
  const best = packs.reduce<PackView | null>(
    (found, pack) => (pack.bonusPercent > (found?.bonusPercent ?? 0) ? pack : found),
    null,
  );
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      {packs.map((pack) => (
        <PackCard
          key={pack.id}
          pack={pack}
          isBest={pack.id === best?.id}
          isPending={isPending && ordered === pack.id}
          isBusy={isPending}
          onBuy={() => {
            setOrdered(pack.id);
            go(() => buyPack(pack.id));
          }}
        />
      ))}
    </div>
  );
}
