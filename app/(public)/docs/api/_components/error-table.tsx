import { useTranslations } from "next-intl";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import { ERROR_CODES } from "@/lib/errors";

/** Codes of the gateway that this API never answers with. */
const GATEWAY_ONLY =
  /^(invalid_api_key|insufficient_requests|budget_exceeded|account_in_debt|model_|ip_|key_expired|in_progress|concurrency|upstream|no_capacity)/;

/** Every code of a problem; a problem's `type` leads to its row. */
export function ErrorTable() {
  const t = useTranslations("ApiDocs");
  const codes = Object.entries(ERROR_CODES).filter(([code]) => !GATEWAY_ONLY.test(code));
  return (
    <div className="mt-5 overflow-hidden rounded-md border border-line">
      <Table label={t("errors")}>
        <thead>
          <tr>
            <Th>{t("code")}</Th>
            <Th isNumeric>{t("status")}</Th>
            <Th>{t("retry")}</Th>
          </tr>
        </thead>
        <tbody>
          {codes.map(([code, { status, retry }]) => (
            <Tr key={code} id={code} className="scroll-mt-20 target:bg-accent-soft">
              <Td className="font-mono text-[12.5px]">{code}</Td>
              <Td isNumeric>{status}</Td>
              <Td>{retry ? t("retryYes") : t("retryNo")}</Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
