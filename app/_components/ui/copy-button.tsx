"use client";

import { Check, Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button, buttonClass } from "./button";

const CONFIRMATION_MS = 1_600;

/** Puts text on the clipboard; over plain http, where browsers have no clipboard, by a selected text area. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.setAttribute("readonly", "");
    area.style.position = "fixed";
    area.style.opacity = "0";
    (document.querySelector("dialog[open], [role=dialog]") ?? document.body).append(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    return isCopied;
  }
}

/** Copies a text and says so; where nothing can be copied it says that too. `children` makes it a button with words. */
export function CopyButton({ text, label, children }: { text: string; label: string; children?: string }) {
  const t = useTranslations("Ui");
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), CONFIRMATION_MS);
    return () => clearTimeout(timer);
  }, [state]);

  const said = state === "copied" ? t("copied") : state === "failed" ? t("copyFailed") : "";
  const Icon = state === "copied" ? Check : Copy;
  const onClick = async () => setState((await copyText(text)) ? "copied" : "failed");
  return (
    <>
      {children ? (
        <Button variant="secondary" onClick={onClick}>
          <Icon aria-hidden="true" className="size-4" />
          {said || children}
        </Button>
      ) : (
        <button
          type="button"
          onClick={onClick}
          aria-label={t("copy", { what: label })}
          data-hint={said || t("copy", { what: label })}
          className={buttonClass("ghost", "icon")}
        >
          <Icon aria-hidden="true" className="size-4" />
        </button>
      )}
      <span role="status" className="sr-only">
        {said}
      </span>
    </>
  );
}
