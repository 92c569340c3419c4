import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Money } from "@/app/_components/money";
import { PackSummary, type PackView } from "@/app/_components/packs";
import { buttonClass } from "@/app/_components/ui/button";
import { Card } from "@/app/_components/ui/card";
import { readConfig } from "@/app/_server/config";
import { toPackViews } from "@/app/_server/purchases";

function Pack({ pack }: { pack: PackView }) {
  return (
    <Card className="p-6">
      <PackSummary pack={pack} heading="h3" />
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
