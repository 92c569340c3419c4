import { useLocale, useTranslations } from "next-intl";
import { Card, CardHeader } from "@/app/_components/ui/card";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import { useProviderName } from "@/app/_components/use-provider-name";
import type { ExpectedShare } from "@/lib/contributions";
import { formatDecimal } from "@/lib/money";

const WHOLE_PERCENT = { style: "percent", maximumFractionDigits: 0, roundingMode: "trunc" } as const;

/** How much of what each provider's contributed keys are granted will vest, by what they have served. */
export function SharesCard({ shares }: { shares: readonly ExpectedShare[] }) {
  const t = useTranslations("Admin.shares");
  const providerName = useProviderName();
  const locale = useLocale();
  const [number, percent] = [new Intl.NumberFormat(locale), new Intl.NumberFormat(locale, WHOLE_PERCENT)];
  return (
    <Card data-testid="shares">
      <CardHeader title={t("title")} note={t("note")} />
      {shares.length === 0 ? (
        <p className="px-5 pb-5 text-ink-2">{t("none")}</p>
      ) : (
        <Table label={t("title")}>
          <thead>
            <tr>
              <Th>{t("provider")}</Th>
              <Th isNumeric>{t("requests")}</Th>
              <Th isNumeric>{t("share")}</Th>
            </tr>
          </thead>
          <tbody>
            {shares.map(({ provider, requests, share }) => (
              <Tr key={provider}>
                <Td>{providerName(provider)}</Td>
                <Td isNumeric>{number.format(requests)}</Td>
                <Td isNumeric>
                  {percent.format(formatDecimal(share.digits, share.scale) as Intl.StringNumericLiteral)}
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}
