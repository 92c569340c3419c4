"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Money } from "@/app/_components/money";
import { type PackView, packName, PackSummary } from "@/app/_components/packs";
import { Button } from "@/app/_components/ui/button";
import { Card } from "@/app/_components/ui/card";
import { buyPack } from "../../actions";
import { usePayPage } from "../../_components/use-pay-page";

type PackCardProps = { pack: PackView; isBest: boolean; isPending: boolean; isBusy: boolean; onBuy: () => void };

function PackCard({ pack, isBest, isPending, isBusy, onBuy }: PackCardProps) {
  const t = useTranslations("Buy");
  const name = packName(pack.id);
  return (
    <Card aria-labelledby={`pack-${pack.id}`} className={`flex flex-col p-5 ${isBest ? "!border-accent" : ""}`}>
      <PackSummary pack={pack} heading="h2" headingId={`pack-${pack.id}`} />
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
