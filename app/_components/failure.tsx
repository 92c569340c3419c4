"use client";

import { CircleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "./ui/button";

export type FailureProps = { error: Error & { digest?: string }; reset: () => void };

/** A fault of ours, in plain words, with the number that finds it in the log and a way to go on. */
export function Failure({ error, reset }: FailureProps) {
  const t = useTranslations("Errors.failed");
  return (
    <div role="alert" className="mx-auto flex max-w-md flex-col items-center py-24 text-center">
      <CircleAlert aria-hidden="true" className="size-6 text-danger" strokeWidth={1.75} />
      <h1 className="mt-4 text-lg font-semibold">{t("title")}</h1>
      <p className="mt-1.5 text-ink-2">{t("text")}</p>
      {error.digest && (
        <p className="mt-4 text-[13px] text-ink-3">
          {t("digest")}: <code className="font-mono text-ink-2">{error.digest}</code>
        </p>
      )}
      <Button variant="secondary" onClick={reset} className="mt-6">
        {t("retry")}
      </Button>
    </div>
  );
}
