"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Money } from "@/app/_components/money";
import { type PackView, packName, PackSummary } from "@/app/_components/packs";
import { Button } from "@/app/_components/ui/button";
import { Card } from "@/app/_components/ui/card";
import { buyPack } from "../../actions";
import { usePayPage } from "../../_components/use-pay-page";

type PackCardProps = { pack: PackView; isSuggested: boolean; isPending: boolean; isBusy: boolean; onBuy: () => void };

function PackCard({ pack, isSuggested, isPending, isBusy, onBuy }: PackCardProps) {
  const t = useTranslations("Buy");
  const name = packName(pack.id);
  return (
    <Card aria-labelledby={`pack-${pack.id}`} className={`flex flex-col p-5 ${isSuggested ? "!border-accent" : ""}`}>
      <PackSummary pack={pack} heading="h2" headingId={`pack-${pack.id}`} />
      <Button
        variant={isSuggested ? "primary" : "secondary"}
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

/** The packs on sale. The middle one stands out: a smaller one is to try, a larger one for a team. */
export function Packs({ packs }: { packs: PackView[] }) {
  const { isPending, go } = usePayPage();
  const [ordered, setOrdered] = useState<string | null>(null);
  const middle = packs.toSorted((one, other) => (one.usd < other.usd ? -1 : 1))[Math.floor((packs.length - 1) / 2)];
  return (
    <div className="@container">
      <div className="grid gap-4 @3xl:grid-cols-3">
        {packs.map((pack) => (
          <PackCard
            key={pack.id}
            pack={pack}
            isSuggested={pack.id === middle?.id}
            isPending={isPending && ordered === pack.id}
            isBusy={isPending}
            onBuy={() => {
              setOrdered(pack.id);
              go(() => buyPack(pack.id));
            }}
          />
        ))}
      </div>
    </div>
  );
}
