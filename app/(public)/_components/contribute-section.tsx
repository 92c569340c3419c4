import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { Credits } from "@/app/_components/credits";
import { buttonClass } from "@/app/_components/ui/button";
import { Card } from "@/app/_components/ui/card";
import { micros } from "@/lib/money";

/** A key that pays for 16,666 requests at 5 credits each, less a fee of 10%. */
const EXAMPLE = {
  requests: 16_666n,
  gross: micros(83_330_000_000n),
  feePercent: "10",
  fee: micros(8_333_000_000n),
  net: micros(74_997_000_000n),
} as const;

function Example() {
  const t = useTranslations("Landing.contribute");
  const lines = [
    { name: t("requests"), value: new Intl.NumberFormat(useLocale()).format(EXAMPLE.requests) },
    { name: t("gross"), value: <Credits amount={EXAMPLE.gross} hasUnit={false} /> },
    {
      name: t("fee", { percent: EXAMPLE.feePercent }),
      value: (
        <>
          −<Credits amount={EXAMPLE.fee} hasUnit={false} />
        </>
      ),
    },
  ];
  return (
    <Card className="w-full max-w-md p-6">
      <h3 className="text-[13px] font-medium text-ink-3">{t("example")}</h3>
      <dl className="mt-4 flex flex-col gap-2.5">
        {lines.map(({ name, value }) => (
          <div key={name} className="flex justify-between gap-4">
            <dt className="text-ink-2">{name}</dt>
            <dd className="tabular-nums">{value}</dd>
          </div>
        ))}
        <div className="flex items-baseline justify-between gap-4 border-t border-line pt-3">
          <dt className="font-medium">{t("net")}</dt>
          <dd className="text-lg font-semibold tracking-tight text-accent-ink">
            <Credits amount={EXAMPLE.net} />
          </dd>
        </div>
      </dl>
    </Card>
  );
}

/** How contributing works, with a worked example. */
export function ContributeSection({ isSignedIn }: { isSignedIn: boolean }) {
  const t = useTranslations("Landing.contribute");
  return (
    <section id="contribute" className="scroll-mt-14 border-y border-line bg-surface">
      <div className="mx-auto grid max-w-6xl grid-cols-[minmax(0,1fr)] items-center gap-10 px-4 py-20 sm:px-6 md:grid-cols-2">
        <div>
          <h2 className="text-3xl font-semibold">{t("title")}</h2>
          <p className="mt-3 text-[15px] leading-relaxed text-ink-2">{t("lead")}</p>
          <p className="mt-3 text-[13px] text-ink-3">{t("terms")}</p>
          <Link href={isSignedIn ? "/contribute" : "/sign-up"} className={buttonClass("primary", "md", "mt-6")}>
            {t("action")}
          </Link>
        </div>
        <div className="flex md:justify-end">
          <Example />
        </div>
      </div>
    </section>
  );
}
