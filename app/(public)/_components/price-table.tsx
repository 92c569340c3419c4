import { useLocale, useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { leastOfTable, priceOf, rateOf } from "@/app/_components/rates";
import { Card } from "@/app/_components/ui/card";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import { readCatalogue } from "@/app/_server/catalogue";
import { type Card as PriceCard, type CardRate, priceCardAt, PROVIDERS } from "@/lib/catalog";
import { nowMs } from "@/lib/time";

const FIRST_MODELS = 12;
const THOUSAND = 1_000n;
const MINUTE_S = 60n;

type PricedModel = { id: string; displayName: string; provider: string; card: PriceCard };

/** Models that were given a name come first; the rest follow by supplier. */
function byName(one: PricedModel, other: PricedModel): number {
  const isNamed = ({ id, displayName }: PricedModel) => Number(displayName !== id);
  const order = isNamed(other) - isNamed(one);
  return order || one.provider.localeCompare(other.provider, "en") || one.id.localeCompare(other.id, "en");
}

/** A supplier as people know it. */
function Provider({ id }: { id: string }) {
  const t = useTranslations("Providers");
  const known = PROVIDERS.find((provider) => provider === id);
  return known ? t(known) : id;
}

async function readPricedModels(): Promise<PricedModel[]> {
  const now = nowMs();
  const { models } = await readCatalogue();
  const priced = [...models.values()].flatMap((model) => {
    const price = model.enabled ? priceCardAt(model, now) : null;
    return price ? [{ id: model.id, displayName: model.displayName, provider: model.provider, card: price.card }] : [];
  });
  return priced.toSorted(byName);
}

function UnitPrice({ rate }: { rate: CardRate }) {
  const t = useTranslations("Units");
  const locale = useLocale();
  const { meter } = rate;
  const format = (quantity: bigint) =>
    new Intl.NumberFormat(locale, { maximumSignificantDigits: 6 }).format(
      priceOf(rate, quantity) as Intl.StringNumericLiteral,
    );
  if (meter === "seconds") return t("price", { amount: format(MINUTE_S), unit: t("minute") });
  if (meter === "characters")
    return t("priceOf", { amount: format(THOUSAND), count: "1K", unit: t("meters.characters") });
  if (meter.startsWith("calls:"))
    return t("price", { amount: format(1n), unit: t("oneCall", { tool: meter.slice("calls:".length) }) });
  // What isn't a paid tool's calls is one of the named meters.
  return t("price", { amount: format(1n), unit: t(`one.${meter as Exclude<CardRate["meter"], `calls:${string}`>}`) });
}

function OtherPrices({ card }: { card: PriceCard }) {
  const t = useTranslations("Units");
  const least = leastOfTable(card);
  if (least) return t("byFields", { amount: least });
  const others = card.rates.filter(({ meter }) => meter !== "input_tokens" && meter !== "output_tokens");
  return others.map((rate, index) => (
    <span key={rate.meter}>
      {index > 0 && " · "}
      <UnitPrice rate={rate} />
    </span>
  ));
}

function TokenPrice({ rate }: { rate: CardRate | undefined }) {
  const locale = useLocale();
  if (!rate) return <span className="text-ink-3">–</span>;
  return new Intl.NumberFormat(locale, { maximumSignificantDigits: 6 }).format(
    priceOf(rate, THOUSAND) as Intl.StringNumericLiteral,
  );
}

function Rows({ models }: { models: PricedModel[] }) {
  return models.map(({ id, displayName, provider, card }) => (
    <Tr key={id}>
      <Td className="truncate py-2">
        <span className="font-medium">{displayName}</span>
        {displayName !== id && <span className="ml-2 font-mono text-xs text-ink-3">{id}</span>}
        <span className="block truncate text-xs text-ink-3 md:hidden">
          <Provider id={provider} /> <OtherPrices card={card} />
        </span>
      </Td>
      <Td className="hidden text-ink-2 md:table-cell">
        <Provider id={provider} />
      </Td>
      <Td isNumeric>
        <TokenPrice rate={card.table ? undefined : rateOf(card, "input_tokens")} />
      </Td>
      <Td isNumeric>
        <TokenPrice rate={card.table ? undefined : rateOf(card, "output_tokens")} />
      </Td>
      <Td isNumeric className="hidden text-ink-2 md:table-cell">
        <OtherPrices card={card} />
      </Td>
    </Tr>
  ));
}

function Prices({ models, label }: { models: PricedModel[]; label: string }) {
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
          <Th isNumeric>
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
  const [first, more] = [models.slice(0, FIRST_MODELS), models.slice(FIRST_MODELS)];
  return (
    <section id="prices" className="scroll-mt-14 border-y border-line bg-surface">
      <div className="mx-auto max-w-6xl px-4 py-20 sm:px-6">
        <h2 className="text-3xl font-semibold">{t("title")}</h2>
        <p className="mt-2 text-[15px] text-ink-2">{t("lead")}</p>
        <Card className="mt-8 overflow-hidden">
          {models.length === 0 && <p className="px-5 py-10 text-center text-ink-2">{t("empty")}</p>}
          {first.length > 0 && <Prices models={first} label={t("title")} />}
          {more.length > 0 && (
            <details className="group border-t border-line">
              <summary className="px-5 py-3 text-sm font-medium text-accent-ink hover:underline group-open:border-b group-open:border-line">
                {t("more", { count: more.length })}
              </summary>
              <Prices models={more} label={t("more", { count: more.length })} />
            </details>
          )}
        </Card>
      </div>
    </section>
  );
}
