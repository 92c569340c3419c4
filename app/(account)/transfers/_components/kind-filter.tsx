"use client";

import { useTranslations } from "next-intl";
import { parseAsString, useQueryStates } from "nuqs";
import { Select } from "@/app/_components/ui/select";

const ALL = "";
const PARSERS = { kind: parseAsString.withDefault(ALL), before: parseAsString.withDefault(ALL) };

/** Which kind of transfers the page shows, kept in its address. */
export function KindFilter<Kind extends string>({ kinds }: { kinds: { value: Kind; label: string }[] }) {
  const t = useTranslations("Transfers");
  const [{ kind }, choose] = useQueryStates(PARSERS, { shallow: false, history: "push" });
  return (
    <Select
      label={t("filter")}
      value={kind}
      onChange={(next) => void choose({ kind: next, before: null })}
      options={[{ value: ALL, label: t("all") }, ...kinds]}
      className="w-52"
    />
  );
}
