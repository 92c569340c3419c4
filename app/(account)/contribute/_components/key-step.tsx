"use client";

import { ChevronRight, CircleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { Button } from "@/app/_components/ui/button";
import { Field, inputClass } from "@/app/_components/ui/field";
import { useProviderName } from "@/app/_components/model-view";
import { useAction } from "@/app/_components/ui/use-action";
import { validateKey } from "../actions";
import type { Quoted } from "./quoted";
import { Step } from "./step";

type CapFieldProps = {
  isOpen: boolean;
  isWrong: boolean;
  hint: string;
  field: React.RefObject<HTMLInputElement | null>;
};

/** How many dollars of the key may be used: the one field where a contributor types dollars. */
function CapField({ isOpen, isWrong, hint, field }: CapFieldProps) {
  const t = useTranslations("Contribute.key");
  return (
    <details className="group mt-4" open={isOpen || undefined}>
      <summary className="flex w-fit list-none items-center gap-1.5 rounded-sm text-[13px] font-medium text-ink-2 hover:text-ink">
        <ChevronRight aria-hidden="true" className="size-4 transition-transform group-open:rotate-90" />
        {t("cap")}
      </summary>
      <div className="mt-3 max-w-60" data-money>
        <Field label={t("capLabel")} hint={hint} error={isWrong ? t("capWrong") : undefined}>
          {(control) => (
            <input {...control} ref={field} inputMode="decimal" autoComplete="off" className={`${inputClass} w-full`} />
          )}
        </Field>
      </div>
    </details>
  );
}

type KeyStepProps = {
  number: number;
  provider: string;
  /** The contribution that the key already is, to be topped up. */
  contribution?: string;
  isDone: boolean;
  onQuote: (quote: Quoted | null) => void;
};

/**
 * The key, and what the provider says of it.
 *
 * The field has no name, so that no form can ever be sent with it in an address; its text is read once, is in no state,
 * and is wiped as soon as the key is encrypted.
 */
export function KeyStep({ number, provider, contribution, isDone, onQuote }: KeyStepProps) {
  const t = useTranslations("Contribute.key");
  const providerName = useProviderName();
  const [isPending, startTransition] = useAction();
  const [refusal, setRefusal] = useState<{ code: string; message: string } | null>(null);
  // Of what is sent, only the cap can be typed wrongly and be no key.
  const isCapWrong = refusal?.code === "validation_failed";
  const key = useRef<HTMLInputElement>(null);
  const cap = useRef<HTMLInputElement>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const form = new FormData();
    form.set("provider", provider);
    form.set("key", key.current?.value ?? "");
    form.set("cap", cap.current?.value ?? "");
    form.set("contribution", contribution ?? "");
    startTransition(async () => {
      const quoted = await validateKey(form);
      setRefusal(quoted.outcome === "refused" ? quoted : null);
      onQuote(quoted.outcome === "done" ? quoted.value : null);
      if (quoted.outcome === "done" && key.current) key.current.value = "";
    });
  };
  return (
    <Step number={number} title={t("title")} isDone={isDone}>
      <form onSubmit={submit} method="post">
        <div className="flex flex-col gap-3 sm:flex-row sm:items-start">
          <div className="flex-1">
            <Field
              label={t("label", { provider: providerName(provider) })}
              hint={t(isDone ? "encrypted" : "hint")}
              isLabelHidden
            >
              {(control) => (
                <input
                  {...control}
                  ref={key}
                  type="password"
                  required
                  autoComplete="off"
                  autoCapitalize="off"
                  spellCheck={false}
                  data-1p-ignore
                  data-lpignore="true"
                  placeholder="sk-…"
                  className={`${inputClass} w-full font-mono`}
                />
              )}
            </Field>
          </div>
          <Button type="submit" isPending={isPending}>
            {t(isPending ? "validating" : "validate")}
          </Button>
        </div>
        <CapField
          isOpen={isCapWrong || refusal?.code === "quota_unknown"}
          isWrong={isCapWrong}
          hint={t(contribution ? "capHintTopUp" : "capHint")}
          field={cap}
        />
      </form>
      {refusal && !isCapWrong && !isPending && (
        <p role="alert" className="mt-4 flex gap-2 rounded-md bg-danger-soft px-3.5 py-2.5 text-[13px] text-danger">
          <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
          {refusal.message}
        </p>
      )}
    </Step>
  );
}
