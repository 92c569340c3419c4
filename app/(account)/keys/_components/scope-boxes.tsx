"use client";

import { useTranslations } from "next-intl";
import type { Scope } from "@/lib/auth";

type ScopeBoxesProps = { scopes: Scope[]; chosen: Scope[]; onChange: (chosen: Scope[]) => void; error?: string };

/** What a key may be used for. */
export function ScopeBoxes({ scopes, chosen, onChange, error }: ScopeBoxesProps) {
  const t = useTranslations("Keys");
  const toggle = (scope: Scope) =>
    onChange(chosen.includes(scope) ? chosen.filter((one) => one !== scope) : [...chosen, scope]);
  return (
    <fieldset>
      <legend className="mb-1.5 text-[13px] font-medium">{t("form.scopes")}</legend>
      <div className="flex flex-col gap-2">
        {scopes.map((scope) => (
          <label key={scope} className="flex items-start gap-2.5">
            <input
              type="checkbox"
              checked={chosen.includes(scope)}
              onChange={() => toggle(scope)}
              className="mt-0.5 size-4 accent-(--accent-fill)"
            />
            <span>
              <span className="block leading-snug">{t(`scopes.${scope}`)}</span>
              <span className="block text-[13px] text-ink-3">{t(`scopeNotes.${scope}`)}</span>
            </span>
          </label>
        ))}
      </div>
      {error && <p className="mt-1.5 text-[13px] text-danger">{error}</p>}
    </fieldset>
  );
}
