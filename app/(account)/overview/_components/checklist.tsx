import { Check } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { buttonClass } from "@/app/_components/ui/button";
import { Card, CardHeader } from "@/app/_components/ui/card";
import { CodeBlock } from "@/app/_components/ui/code-block";

export type Steps = { hasCredits: boolean; hasKey: boolean; hasRequest: boolean };

function Step({ title, isDone, children }: { title: string; isDone: boolean; children?: ReactNode }) {
  const t = useTranslations("Checklist");
  return (
    <li className="flex gap-3 px-5 py-3.5">
      <span
        className={`mt-0.5 flex size-5 shrink-0 items-center justify-center rounded-full border ${isDone ? "border-accent-fill bg-accent-fill text-on-accent" : "border-line-strong"}`}
      >
        {isDone && <Check aria-hidden="true" className="size-3" strokeWidth={3} />}
        <span className="sr-only">{t(isDone ? "done" : "open")}</span>
      </span>
      <div className="min-w-0 flex-1">
        <p className={isDone ? "text-ink-3" : "font-medium"}>{title}</p>
        {!isDone && children && <div className="mt-1 text-ink-2">{children}</div>}
      </div>
    </li>
  );
}

/** The way to the first answer; it goes away when it has been walked. */
export function Checklist({ steps, curl }: { steps: Steps; curl: string }) {
  const t = useTranslations("Checklist");
  const done = 1 + [steps.hasCredits, steps.hasKey, steps.hasRequest].filter(Boolean).length;
  return (
    <Card aria-labelledby="checklist-title" className="mb-4">
      <CardHeader id="checklist-title" title={t("title")}>
        <span className="text-[13px] text-ink-3">{t("progress", { done, all: 4 })}</span>
      </CardHeader>
      <div aria-hidden="true" className="mx-5 h-1 overflow-hidden rounded-full bg-sunken">
        <div className="h-full rounded-full bg-accent transition-[width]" style={{ width: `${done * 25}%` }} />
      </div>
      <ol className="mt-1 divide-y divide-line">
        <Step title={t("account.title")} isDone />
        <Step title={t("credits.title")} isDone={steps.hasCredits}>
          <p>{t("credits.text")}</p>
          <div className="mt-3 flex flex-wrap gap-2">
            <Link href="/buy" className={buttonClass("primary", "sm")}>
              {t("credits.buy")}
            </Link>
            <Link href="/contribute" className={buttonClass("secondary", "sm")}>
              {t("credits.contribute")}
            </Link>
          </div>
        </Step>
        <Step title={t("key.title")} isDone={steps.hasKey}>
          <p>{t("key.text")}</p>
          <Link href="/keys?create=true" className={buttonClass("primary", "sm", "mt-3")}>
            {t("key.action")}
          </Link>
        </Step>
        <Step title={t("request.title")} isDone={steps.hasRequest}>
          <p className="mb-3">{t("request.text")}</p>
          <CodeBlock code={curl} label={t("request.snippet")} />
          {steps.hasKey && (
            <p role="status" className="mt-3 flex items-center gap-2 text-[13px] text-ink-3">
              <span
                aria-hidden="true"
                className="size-2 animate-[pulse-dot_1.4s_ease-in-out_infinite] rounded-full bg-accent"
              />
              {t("request.waiting")}
            </p>
          )}
        </Step>
      </ol>
    </Card>
  );
}
