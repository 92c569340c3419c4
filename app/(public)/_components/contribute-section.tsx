import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { Credits } from "@/app/_components/money";
import { buttonClass } from "@/app/_components/ui/button";
import { Card } from "@/app/_components/ui/card";
import { type ExampleContribution, readExampleContribution } from "@/app/_server/examples";
import { formatDecimal } from "@/lib/money";

function Example({ example }: { example: ExampleContribution }) {
  const t = useTranslations("Landing.contribute");
  const { requests, grossMicros, feeMicros, netMicros, fee } = example;
  const lines = [
    { name: t("requests"), value: new Intl.NumberFormat(useLocale()).format(requests) },
    { name: t("gross"), value: <Credits amount={grossMicros} hasUnit={false} /> },
    {
      name: t("fee", { percent: formatDecimal(fee.digits * 100n, fee.scale) }),
      value: (
        <>
          −<Credits amount={feeMicros} hasUnit={false} />
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
            <Credits amount={netMicros} />
          </dd>
        </div>
      </dl>
    </Card>
  );
}

/** How contributing works, with an example by today's prices and fee. */
export async function ContributeSection({ isSignedIn }: { isSignedIn: boolean }) {
  const [t, example] = await Promise.all([getTranslations("Landing.contribute"), readExampleContribution()]);
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
        {example && (
          <div className="flex md:justify-end">
            <Example example={example} />
          </div>
        )}
      </div>
    </section>
  );
}
