import { useLocale, useTimeZone, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { PriceText, usePriceText } from "@/app/_components/model-view";
import { Card, CardHeader } from "@/app/_components/ui/card";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import { type PricedModel, toModelView } from "@/app/_server/models";
import type { Card as PriceCard } from "@/lib/catalog";
import { formatDecimal } from "@/lib/money";
import { nowMs } from "@/lib/time";
import { type TokenLine, tokenLines } from "./price-lines";

const ROWS_AT_ONCE = 12;

function TokenPrices({ lines }: { lines: TokenLine[] }) {
  const t = useTranslations("Models.page");
  const text = usePriceText();
  const number = new Intl.NumberFormat(useLocale());
  const nameOf = ({ kind, above }: TokenLine): string => {
    const what = t(`kinds.${kind}`);
    if (!above) return what;
    const count = number.format(above.amount as Intl.StringNumericLiteral);
    return t(above.isIncluded ? "from" : "above", { what, count, meter: t(`meters.${above.meter}`) });
  };
  return (
    <Table label={t("prices")}>
      <thead>
        <tr>
          <Th>{t("charged")}</Th>
          <Th isNumeric>{t("thousand")}</Th>
          <Th isNumeric>{t("million")}</Th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <Tr key={`${line.kind} ${line.above?.amount}`}>
            <Td isWrapped>{nameOf(line)}</Td>
            <Td isNumeric>{text(line.thousand)}</Td>
            <Td isNumeric className="text-ink-2">
              {text(line.million)}
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

function TableRows({ rows, label }: { rows: { name: string; amount: string }[]; label: string }) {
  const t = useTranslations("Models.page");
  const text = usePriceText();
  return (
    <Table label={label}>
      <thead>
        <tr>
          <Th>{t("charged")}</Th>
          <Th isNumeric>{t("unit")}</Th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, amount }) => (
          <Tr key={name}>
            <Td isWrapped>{name}</Td>
            <Td isNumeric>{text(amount)}</Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

/** Prices that depend on a request's own settings. */
function SettingsPrices({ table }: { table: NonNullable<PriceCard["table"]> }) {
  const t = useTranslations("Models.page");
  const unit = t(table.per === "images" ? "perImage" : "perRequest");
  const rows = table.rows.map(({ match, amount }) => {
    const settings = Object.entries({ ...table.defaults, ...match }).map(([name, value]) => `${name} ${value}`);
    const name = settings.length > 0 ? settings.join(", ") : t("default");
    return { name: `${name} · ${unit}`, amount: formatDecimal(amount.digits, amount.scale) };
  });
  const more = rows.slice(ROWS_AT_ONCE);
  return (
    <>
      <TableRows rows={rows.slice(0, ROWS_AT_ONCE)} label={t("prices")} />
      {more.length > 0 && (
        <details className="border-t border-line">
          <summary className="px-5 py-3 text-sm font-medium text-accent-ink">+ {more.length}</summary>
          <TableRows rows={more} label={t("prices")} />
        </details>
      )}
    </>
  );
}

/** What a request's own fields make of the whole charge. */
function FieldNotes({ card }: { card: PriceCard }) {
  const t = useTranslations("Models.page");
  const percent = new Intl.NumberFormat(useLocale(), { style: "percent", maximumFractionDigits: 2 });
  return card.fields.map(({ name, equals, times }) => (
    <Note key={`${name} ${equals}`}>
      {t("field", { name, value: String(equals) })}:{" "}
      {t("share", {
        // Decimal text, which Intl reads digit by digit.
        percent: percent.format(formatDecimal(times.digits, times.scale) as Intl.StringNumericLiteral),
      })}
    </Note>
  ));
}

/** At which hours of the day, in UTC, a request costs more or less. */
function HoursNotes({ card }: { card: PriceCard }) {
  const t = useTranslations("Models.page");
  const locale = useLocale();
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 2 });
  const days = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });
  const list = new Intl.ListFormat(locale);
  // 1 January 2024 was a Monday.
  const dayName = (day: number): string => days.format(Date.UTC(2024, 0, day));
  return card.hours.map(({ from_hour: from, to_hour: to, days: some, times }) => (
    <Note key={`${from}-${to} ${some?.join(" ")}`}>
      {t("hours", { from, to, on: some ? "days" : "daily", days: some ? list.format(some.map(dayName)) : "" })}:{" "}
      {t("share", { percent: percent.format(formatDecimal(times.digits, times.scale) as Intl.StringNumericLiteral) })}
    </Note>
  ));
}

function Note({ children }: { children: ReactNode }) {
  return <p className="border-t border-line px-5 py-2.5 text-[13px] text-ink-2">{children}</p>;
}

/** Every price of a model, by kind, as the card in force has them. */
export function Prices({ found }: { found: PricedModel }) {
  const t = useTranslations("Models.page");
  const day = new Intl.DateTimeFormat(useLocale(), { dateStyle: "medium", timeZone: useTimeZone() });
  const { model, price } = found;
  const { card } = price;
  const lines = card.table ? [] : tokenLines(card);
  const unit = formatDecimal(card.chargeUnit.digits, card.chargeUnit.scale);
  const next = model.prices.filter(({ effectiveFromMs }) => effectiveFromMs > nowMs());
  return (
    <Card className="overflow-hidden">
      <CardHeader
        title={t("prices")}
        note={
          price.effectiveFromMs > 0
            ? t("pricesNote", { version: price.version, date: day.format(price.effectiveFromMs) })
            : t("pricesNoteEver", { version: price.version })
        }
      />
      {lines.length > 0 && <TokenPrices lines={lines} />}
      {card.table ? (
        <SettingsPrices table={card.table} />
      ) : (
        toModelView(found).others.map((other) => (
          <p key={other.unit} className="flex h-11 items-center px-5 font-medium tabular-nums">
            <PriceText price={other} />
          </p>
        ))
      )}
      <FieldNotes card={card} />
      <HoursNotes card={card} />
      <Note>{t("chargeUnit", { unit: unit === "1" ? "whole" : "other", amount: unit })}</Note>
      {next.map(({ version, effectiveFromMs }) => (
        <Note key={version}>{t("next", { date: day.format(effectiveFromMs), version })}</Note>
      ))}
    </Card>
  );
}
