import Link from "next/link";
import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { modelHref, type ModelView, PriceText, usePriceText, useProviderName } from "@/app/_components/model-view";
import { buttonClass } from "@/app/_components/ui/button";
import { Card } from "@/app/_components/ui/card";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import { readPricedModels, toModelView } from "@/app/_server/models";

const FIRST_MODELS = 12;

function OtherPrices({ model }: { model: ModelView }) {
  return model.others.map((price, index) => (
    <span key={price.unit}>
      {index > 0 && " · "}
      <PriceText price={price} />
    </span>
  ));
}

function TokenPrice({ price }: { price: ModelView["input"] }) {
  const text = usePriceText();
  return price ? text(price.thousand) : <span className="text-ink-3">–</span>;
}

function Rows({ models }: { models: ModelView[] }) {
  const providerName = useProviderName();
  const t = useTranslations("Models");
  return models.map((model) => (
    <Tr key={model.id} className="relative">
      <Td className="truncate py-2">
        {/* The link covers the row, so that it opens wherever one clicks. */}
        <Link href={modelHref(model.id)} aria-label={model.name} className="absolute inset-0 rounded-none" />
        <span className="font-medium">{model.name}</span>
        {model.name !== model.id && <span className="ml-2 font-mono text-xs text-ink-3">{model.id}</span>}
        {!model.isAvailable && <span className="ml-2 text-xs text-ink-3">{t("unavailable")}</span>}
        <span className="block truncate text-xs text-ink-3 md:hidden">
          {providerName(model.provider)}
          {model.others.length > 0 && " · "}
          <OtherPrices model={model} />
        </span>
      </Td>
      <Td className="hidden text-ink-2 md:table-cell">{providerName(model.provider)}</Td>
      <Td isNumeric>
        <TokenPrice price={model.input} />
      </Td>
      <Td isNumeric className="max-md:pr-5">
        <TokenPrice price={model.output} />
      </Td>
      <Td isNumeric className="hidden text-ink-2 md:table-cell">
        <OtherPrices model={model} />
      </Td>
    </Tr>
  ));
}

function Prices({ models, label }: { models: ModelView[]; label: string }) {
  const t = useTranslations("Landing.prices");
  const perThousand = <span className="font-normal max-sm:hidden"> {t("perThousand")}</span>;
  return (
    <Table label={label} className="table-fixed">
      <thead>
        <tr>
          <Th className="w-[52%] md:w-[34%]">{t("model")}</Th>
          <Th className="hidden w-[16%] md:table-cell">{t("provider")}</Th>
          <Th isNumeric>
            {t("input")} {perThousand}
          </Th>
          <Th isNumeric className="max-md:pr-5">
            {t("output")} {perThousand}
          </Th>
          <Th isNumeric className="hidden w-[24%] md:table-cell">
            {t("other")}
          </Th>
        </tr>
      </thead>
      <tbody>
        <Rows models={models} />
      </tbody>
    </Table>
  );
}

/** What every model costs now, from the catalogue that requests are rated by. */
export async function PriceTable() {
  const [t, models] = await Promise.all([getTranslations("Landing.prices"), readPricedModels()]);
  const first = models.slice(0, FIRST_MODELS).map(toModelView);
  return (
    <section id="prices" className="scroll-mt-14 border-y border-line bg-surface">
      <div className="mx-auto max-w-6xl px-4 py-20 sm:px-6">
        <h2 className="text-3xl font-semibold">{t("title")}</h2>
        <p className="mt-2 text-[15px] text-ink-2">{t("lead")}</p>
        <Card className="mt-8 overflow-hidden">
          {models.length === 0 && <p className="px-5 py-10 text-center text-ink-2">{t("empty")}</p>}
          {first.length > 0 && <Prices models={first} label={t("title")} />}
          {models.length > first.length && (
            <div className="border-t border-line px-5 py-3">
              <Link href="/models" className={buttonClass("ghost", "sm", "-ml-3 text-accent-ink")}>
                {t("all", { count: models.length })}
              </Link>
            </div>
          )}
        </Card>
      </div>
    </section>
  );
}
