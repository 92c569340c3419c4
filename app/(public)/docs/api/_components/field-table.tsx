import { useTranslations } from "next-intl";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import type { SchemaField } from "../schema-fields";
import { Prose } from "./prose";

/** The members of a request or a reply. */
export function FieldTable({ title, label, fields }: { title: string; label: string; fields: SchemaField[] }) {
  const t = useTranslations("ApiDocs");
  if (fields.length === 0) return null;
  return (
    <div className="mt-5">
      <h4 className="mb-2 text-xs font-semibold text-ink-3">{title}</h4>
      <div className="overflow-hidden rounded-md border border-line">
        <Table label={label}>
          <thead>
            <tr>
              <Th>{t("field")}</Th>
              <Th>{t("type")}</Th>
              <Th>{t("meaning")}</Th>
            </tr>
          </thead>
          <tbody>
            {fields.map((field) => (
              <Tr key={field.path}>
                <Td className="py-2.5 align-top font-mono text-[12.5px]">
                  {field.path}
                  {field.isRequired && <span className="ml-2 font-sans text-xs text-accent-ink">{t("required")}</span>}
                </Td>
                <Td isWrapped className="max-w-64 py-2.5 align-top text-[12.5px] text-ink-2">
                  {field.type}
                </Td>
                <Td isWrapped className="min-w-48 py-2.5 align-top text-[13px] text-ink-2">
                  <Prose text={field.description} />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      </div>
    </div>
  );
}
