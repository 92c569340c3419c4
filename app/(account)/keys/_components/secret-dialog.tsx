"use client";

import { useTranslations } from "next-intl";
import { useCallback, useEffect, useState } from "react";
import { snippets } from "@/app/_components/snippets";
import { Button } from "@/app/_components/ui/button";
import { CodeBlock } from "@/app/_components/ui/code-block";
import { CopyButton } from "@/app/_components/ui/copy-button";
import { Dialog } from "@/app/_components/ui/dialog";
import { InputField } from "@/app/_components/ui/field";
import { Tabs } from "@/app/_components/ui/tabs";
import type { NewSecret } from "../actions";

/**
 * Leaving the page would lose the key. The browser asks before it closes or loads another page; Back only takes away an entry of
 * this page's own, and `onBack` says why it stays.
 */
function useLeaveGuard(isGuarding: boolean, onBack: () => void): void {
  useEffect(() => {
    if (!isGuarding) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    const stay = () => {
      history.pushState(history.state, "");
      onBack();
    };
    history.pushState(history.state, "");
    addEventListener("beforeunload", ask);
    addEventListener("popstate", stay);
    return () => {
      removeEventListener("beforeunload", ask);
      removeEventListener("popstate", stay);
      history.back();
    };
  }, [isGuarding, onBack]);
}

function Saved({ onClose }: { onClose: () => void }) {
  const t = useTranslations("Keys.secret");
  const [isSaved, setIsSaved] = useState(false);
  const [isAsked, setIsAsked] = useState(false);
  const ask = useCallback(() => setIsAsked(true), []);
  useLeaveGuard(!isSaved, ask);
  return (
    <div className="border-t border-line pt-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <label className="flex items-center gap-2.5">
          <input
            type="checkbox"
            checked={isSaved}
            onChange={(event) => setIsSaved(event.target.checked)}
            className="size-4 accent-(--accent-fill)"
          />
          {t("saved")}
        </label>
        <Button onClick={isSaved ? onClose : ask}>{t("done")}</Button>
      </div>
      {isAsked && !isSaved && (
        <p role="alert" className="mt-3 text-[13px] text-danger">
          {t("confirm")}
        </p>
      )}
    </div>
  );
}

export type SecretDialogProps = { created: NewSecret; onClose: () => void; baseUrl: string; model: string };

/** The key, once: it closes only when its owner says that they have it. */
export default function SecretDialog({ created, onClose, baseUrl, model }: SecretDialogProps) {
  const t = useTranslations("Keys.secret");
  const tabs = snippets({ baseUrl, secret: created.secret, model }).map(({ language, label, code }) => ({
    id: language,
    label,
    content: <CodeBlock code={code} label={label} />,
  }));
  return (
    <Dialog isOpen onClose={onClose} title={t("title")} note={t("note")} isDismissable={false} width="lg">
      <div className="flex flex-col gap-5">
        <div>
          <InputField
            label={`${t("key")}: ${created.name}`}
            data-testid="new-key"
            readOnly
            value={created.secret}
            onFocus={(event) => event.target.select()}
            className="h-10 font-mono text-[13px]"
          />
          <div className="mt-2.5 flex flex-wrap gap-2">
            <CopyButton text={created.secret} label={t("key")}>
              {t("copy")}
            </CopyButton>
            <CopyButton text={`SCRIP_API_KEY=${created.secret}`} label=".env">
              {t("env")}
            </CopyButton>
          </div>
        </div>
        <Tabs tabs={tabs} label={t("snippets")} />
        <Saved onClose={onClose} />
      </div>
    </Dialog>
  );
}
