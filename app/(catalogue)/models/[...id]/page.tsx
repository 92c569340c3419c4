import { CapabilityBadges } from "@/app/_components/capabilities";
import { Calculation } from "@/app/_components/charge/calculation";
import { snippets } from "@/app/_components/snippets";
import { Badge } from "@/app/_components/ui/badge";
import { buttonClass } from "@/app/_components/ui/button";
import { Card, CardHeader } from "@/app/_components/ui/card";
import { CodeBlock } from "@/app/_components/ui/code-block";
import { CopyButton } from "@/app/_components/ui/copy-button";
import { EmptyState } from "@/app/_components/ui/empty-state";
import { Tabs } from "@/app/_components/ui/tabs";
import { useProviderName } from "@/app/_components/model-view";
import { gatewayUrl } from "@/app/_server/request";
import { type ExampleCharge, exampleCharge } from "@/app/_server/examples";
import { type PricedModel, readPricedModel } from "@/app/_server/models";
import { currentUser } from "@/app/_server/session";
import { isFor, type Model } from "@/lib/catalog";
import { Terminal } from "lucide-react";
import type { Metadata } from "next";
import { useLocale, useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import Link from "next/link";
import { notFound } from "next/navigation";
import { BackLink, PageHeader } from "../../../(account)/_components/page-header";
import { LazyAffordable } from "../_components/lazy-affordable";
import { Prices } from "./_components/prices";

/** How the model is called, in three languages, with the address that clients are given. */
function Code({ model, isSignedIn }: { model: Model; isSignedIn: boolean }) {
  const t = useTranslations("Models.page");
  const isServed = isFor(model, "chat");
  const tabs = snippets({ baseUrl: gatewayUrl(), secret: null, model: model.id }).map(({ language, label, code }) => ({
    id: language,
    label,
    content: <CodeBlock code={code} label={label} />,
  }));
  return (
    <Card>
      <CardHeader title={t("code")} note={isServed ? t("codeNote") : null}>
        <Link href={isSignedIn ? "/keys?create=true" : "/sign-up"} className={buttonClass("secondary", "sm")}>
          {t("createKey")}
        </Link>
      </CardHeader>
      {isServed ? (
        <div className="px-5 pb-5">
          <Tabs tabs={tabs} label={t("codeTabs")} />
        </div>
      ) : (
        <EmptyState icon={Terminal} title={t("code")} text={t("noCode")} />
      )}
    </Card>
  );
}

type Params = Promise<{ id: string[] }>;

/** Ids hold slashes, and what else an address may have to write in code. */
async function readModel(params: Params): Promise<PricedModel> {
  const id = (await params).id.map(decodeURIComponent).join("/");
  return (await readPricedModel(id)) ?? notFound();
}

export async function generateMetadata({ params }: { params: Params }): Promise<Metadata> {
  const [{ model }, t] = await Promise.all([readModel(params), getTranslations("Models.page")]);
  return { title: model.displayName, description: t("description", { name: model.displayName }) };
}

function Facts({ found, hasBalance }: { found: PricedModel; hasBalance: boolean }) {
  const t = useTranslations("Models.page");
  const providerName = useProviderName();
  const number = new Intl.NumberFormat(useLocale());
  const { provider, contextTokens, defaultOutputCap } = found.model;
  const facts = [
    { name: t("provider"), value: providerName(provider) },
    ...(contextTokens === null
      ? []
      : [
          { name: t("context"), value: t("contextTokens", { count: number.format(contextTokens) }) },
          { name: t("outputCap"), value: t("contextTokens", { count: number.format(defaultOutputCap) }) },
        ]),
    ...(hasBalance
      ? [
          {
            name: t("balance"),
            value: <LazyAffordable exampleMicros={exampleCharge(found.price.card)?.chargeMicros ?? null} />,
          },
        ]
      : []),
  ];
  return (
    <dl className="mb-6 flex flex-wrap gap-x-10 gap-y-3 text-[13px]">
      {facts.map(({ name, value }) => (
        <div key={name}>
          <dt className="text-ink-3">{name}</dt>
          <dd className="mt-0.5 font-medium tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Example({ example, countsTokens }: { example: ExampleCharge; countsTokens: boolean }) {
  const t = useTranslations("Models.page");
  return (
    <Card className="overflow-hidden">
      <CardHeader title={t("example")} note={t(countsTokens ? "exampleTokens" : "exampleOther")} />
      <Calculation lines={example.lines} charge={example.chargeMicros} />
    </Card>
  );
}

export default async function ModelPage({ params }: { params: Params }) {
  const [found, user, t, list] = await Promise.all([
    readModel(params),
    currentUser(),
    getTranslations("Models.page"),
    getTranslations("Models"),
  ]);
  const { model, price } = found;
  const example = exampleCharge(price.card);
  const countsTokens = price.card.rates.some(({ meter }) => meter === "input_tokens") && !price.card.table;
  return (
    <>
      <BackLink href="/models">{t("back")}</BackLink>
      <PageHeader
        title={
          <span className="inline-flex flex-wrap items-center gap-2.5">
            {model.displayName}
            <CapabilityBadges capabilities={model.capabilities} />
            {!found.isAvailable && <Badge tone="warning">{list("unavailable")}</Badge>}
          </span>
        }
        note={
          <span className="flex items-center gap-1">
            <code className="font-mono text-[13px] break-all">{model.id}</code>
            <CopyButton text={model.id} label={t("id")} />
          </span>
        }
      />
      {!found.isAvailable && <p className="mb-6 text-ink-2">{list("unavailableHint")}</p>}
      <Facts found={found} hasBalance={user !== null} />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-2">
        <Prices found={found} />
        {example && <Example example={example} countsTokens={countsTokens} />}
        <div className="lg:col-span-2">
          <Code model={model} isSignedIn={user !== null} />
        </div>
      </div>
    </>
  );
}
