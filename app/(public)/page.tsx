import { Badge } from "@/app/_components/ui/badge";
import { BookOpenCheck, RotateCcw, ShieldCheck } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import Link from "next/link";
import { snippets } from "../_components/snippets";
import { buttonClass } from "../_components/ui/button";
import { CodeBlock } from "../_components/ui/code-block";
import { gatewayUrl } from "../_server/request";
import { readExampleModel } from "../_server/examples";
import { currentUser } from "../_server/session";
import { ContributeSection } from "./_components/contribute-section";
import { PackSection } from "./_components/pack-section";
import { PriceTable } from "./_components/price-table";
import { SiteFooter, SiteHeader } from "./_components/site-header";

const INPUT_TOKENS = 1_000;
const OUTPUT_TOKENS = 500;

/** The worked example of a charge: what the page of each request shows. */
function Receipt() {
  const t = useTranslations("Landing.receipt");
  const ui = useTranslations("Ui");
  const number = new Intl.NumberFormat(useLocale());
  const line = "flex items-baseline justify-between gap-4 py-2";
  return (
    <figure aria-label={t("title")} className="relative w-full max-w-md">
      <div aria-hidden="true" className="absolute -inset-8 -z-10 rounded-full bg-accent/10 blur-3xl" />
      <div className="rounded-lg border border-line bg-surface shadow-3">
        <figcaption className="flex items-center justify-between border-b border-line px-5 py-3.5">
          <span className="font-mono text-[13px]">gpt-4</span>
          <Badge tone="accent" hasDot>
            {t("status")}
          </Badge>
        </figcaption>
        <dl className="px-5 py-2 text-[13px] tabular-nums">
          <div className={line}>
            <dt className="text-ink-2">
              {t("input", { count: number.format(INPUT_TOKENS) })}{" "}
              <span className="text-ink-3">{t("rate", { amount: 5 })}</span>
            </dt>
            <dd>{number.format(5)}</dd>
          </div>
          <div className={line}>
            <dt className="text-ink-2">
              {t("output", { count: number.format(OUTPUT_TOKENS) })}{" "}
              <span className="text-ink-3">{t("rate", { amount: 5 })}</span>
            </dt>
            <dd>{number.format(2.5)}</dd>
          </div>
          <div className={`${line} border-t border-line`}>
            <dt className="text-ink-2">{t("sum")}</dt>
            <dd>{number.format(7.5)}</dd>
          </div>
          <div className={line}>
            <dt className="text-ink-2">{t("rounded")}</dt>
            <dd>{number.format(8)}</dd>
          </div>
          <div className={line}>
            <dt className="text-ink-2">{t("failed")}</dt>
            <dd className="text-ink-3">{t("free")}</dd>
          </div>
        </dl>
        <div className="flex items-baseline justify-between rounded-b-lg border-t border-line bg-sunken px-5 py-4">
          <span className="font-medium">{t("charged")}</span>
          <span className="text-xl font-semibold tracking-tight text-accent-ink">{ui("credits", { amount: 8 })}</span>
        </div>
      </div>
    </figure>
  );
}

const PROMISES = { reserved: ShieldCheck, failed: RotateCcw, books: BookOpenCheck } as const;
const STEPS = ["one", "two", "three"] as const;

function Hero({ isSignedIn }: { isSignedIn: boolean }) {
  const t = useTranslations("Landing");
  return (
    <section className="mx-auto grid max-w-6xl grid-cols-[minmax(0,1fr)] items-center gap-14 px-4 py-16 sm:px-6 md:grid-cols-[1.15fr_1fr] md:py-24">
      <div>
        <p className="mb-5 inline-flex items-center gap-2 rounded-full border border-line bg-surface px-3 py-1 text-[13px] text-ink-2 shadow-1">
          <span aria-hidden="true" className="size-1.5 rounded-full bg-accent" />
          {t("badge")}
        </p>
        <h1 className="text-[40px] leading-[1.08] font-semibold tracking-[-0.035em] sm:text-[52px]">
          {t("title")} <span className="block text-ink-3">{t("titleMore")}</span>
        </h1>
        <p className="mt-5 max-w-xl text-[17px] leading-relaxed text-ink-2">{t("lead")}</p>
        <div className="mt-8 flex flex-wrap gap-3">
          <Link href={isSignedIn ? "/overview" : "/sign-up"} className={buttonClass("primary", "lg")}>
            {t(isSignedIn ? "overview" : "signUp")}
          </Link>
          <a href="#prices" className={buttonClass("secondary", "lg")}>
            {t("seePrices")}
          </a>
        </div>
      </div>
      <div className="flex justify-center md:justify-end">
        <Receipt />
      </div>
    </section>
  );
}

function Promises() {
  const t = useTranslations("Landing.promises");
  return (
    <section className="border-y border-line bg-surface">
      <div className="mx-auto grid max-w-6xl gap-10 px-4 py-14 sm:px-6 md:grid-cols-3">
        {(Object.keys(PROMISES) as (keyof typeof PROMISES)[]).map((name) => {
          const Icon = PROMISES[name];
          return (
            <div key={name}>
              <Icon aria-hidden="true" className="size-5 text-accent" strokeWidth={1.75} />
              <h2 className="mt-3 text-[15px] font-semibold">{t(`${name}.title`)}</h2>
              <p className="mt-1.5 leading-relaxed text-ink-2">{t(`${name}.text`)}</p>
            </div>
          );
        })}
      </div>
    </section>
  );
}

function HowItWorks() {
  const t = useTranslations("Landing.how");
  return (
    <section id="how" className="mx-auto max-w-6xl scroll-mt-14 px-4 py-20 sm:px-6">
      <h2 className="text-3xl font-semibold">{t("title")}</h2>
      <p className="mt-2 text-[15px] text-ink-2">{t("lead")}</p>
      <ol className="mt-10 grid gap-4 md:grid-cols-3">
        {STEPS.map((step, index) => (
          <li key={step} className="rounded-lg border border-line bg-surface p-6 shadow-1">
            <span
              aria-hidden="true"
              className="flex size-7 items-center justify-center rounded-full bg-accent-soft text-[13px] font-semibold text-accent-ink"
            >
              {index + 1}
            </span>
            <h3 className="mt-4 text-[15px] font-semibold">{t(`${step}.title`)}</h3>
            <p className="mt-1.5 leading-relaxed text-ink-2">{t(`${step}.text`)}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}

function QuickStart({ code, isSignedIn }: { code: string; isSignedIn: boolean }) {
  const t = useTranslations("Landing");
  return (
    <section
      id="start"
      className="mx-auto grid max-w-6xl scroll-mt-14 grid-cols-[minmax(0,1fr)] items-center gap-10 px-4 py-20 sm:px-6 md:grid-cols-2"
    >
      <div>
        <h2 className="text-3xl font-semibold">{t("start.title")}</h2>
        <p className="mt-2 text-[15px] text-ink-2">{t("start.lead")}</p>
        <h3 className="mt-10 text-lg font-semibold">{t("closing.title")}</h3>
        <p className="mt-1 max-w-md text-ink-2">{t("closing.text")}</p>
        <Link href={isSignedIn ? "/overview" : "/sign-up"} className={buttonClass("primary", "md", "mt-5")}>
          {t(isSignedIn ? "overview" : "signUp")}
        </Link>
      </div>
      <CodeBlock code={code} label={t("start.title")} />
    </section>
  );
}

export default async function LandingPage() {
  const [user, model] = await Promise.all([currentUser(), readExampleModel()]);
  const isSignedIn = user !== null;
  const [, , typescript] = snippets({ baseUrl: gatewayUrl(), secret: null, model });
  return (
    <>
      <SiteHeader isSignedIn={isSignedIn} />
      <main id="content" tabIndex={-1} className="overflow-x-clip outline-none">
        <Hero isSignedIn={isSignedIn} />
        <Promises />
        <HowItWorks />
        <PriceTable />
        <PackSection isSignedIn={isSignedIn} />
        <ContributeSection isSignedIn={isSignedIn} />
        <QuickStart code={typescript?.code ?? ""} isSignedIn={isSignedIn} />
      </main>
      <SiteFooter />
    </>
  );
}
