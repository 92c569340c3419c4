import { useLocale, useTranslations } from "next-intl";
import { Badge } from "@/app/_components/ui/badge";

const INPUT_TOKENS = 1_000;
const OUTPUT_TOKENS = 500;

/** The worked example of a charge: what the page of each request shows. */
export function Receipt() {
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
