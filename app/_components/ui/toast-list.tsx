"use client";

import { Toast as Primitive } from "@base-ui/react/toast";
import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { buttonClass } from "./button";
import { showToastsBy, type ToastInput } from "./toast-queue";

const manager = Primitive.createToastManager();
const TIMEOUT_MS = 5_000;
/** Errors say what to do, which takes longer to read. */
const ERROR_TIMEOUT_MS = 10_000;

/** Say what happened. Errors interrupt a screen reader, the rest waits its turn. */
function add({ title, text, isError = false, undo }: ToastInput): void {
  const id = manager.add({
    title,
    description: text,
    type: isError ? "error" : "ok",
    priority: isError ? "high" : "low",
    timeout: isError ? ERROR_TIMEOUT_MS : TIMEOUT_MS,
    ...(undo && {
      actionProps: {
        children: undo.label,
        onClick: () => {
          manager.close(id);
          undo.run();
        },
      },
    }),
  });
}

function Toasts() {
  const t = useTranslations("Ui");
  const { toasts } = Primitive.useToastManager();
  return toasts.map((toast) => {
    const Icon = toast.type === "error" ? CircleAlert : CircleCheck;
    return (
      <Primitive.Root
        key={toast.id}
        toast={toast}
        className="flex items-start gap-3 rounded-md border border-line bg-raised p-3.5 pr-2.5 shadow-3 transition-[opacity,transform] duration-200 data-ending-style:opacity-0 data-starting-style:-translate-y-3 data-starting-style:opacity-0 md:data-starting-style:translate-y-3"
      >
        <Icon
          aria-hidden="true"
          className={`mt-0.5 size-4 shrink-0 ${toast.type === "error" ? "text-danger" : "text-accent-ink"}`}
        />
        <div className="min-w-0 flex-1">
          <Primitive.Title className="text-sm font-medium" />
          <Primitive.Description className="mt-0.5 text-[13px] text-ink-2" />
        </div>
        <Primitive.Action className={buttonClass("ghost", "sm", "-my-1 text-accent-ink")} />
        <Primitive.Close aria-label={t("close")} className={buttonClass("ghost", "icon", "-my-1 !size-7")}>
          <X aria-hidden="true" className="size-3.5" />
        </Primitive.Close>
      </Primitive.Root>
    );
  });
}

/**
 * Where toasts appear: in the middle below, on a phone under the head. So they lie over neither the actions of rows, which
 * stand at the right, nor the bar below. They wait while one looks at them.
 */
export default function ToastList() {
  useEffect(() => showToastsBy(add), []);
  return (
    <Primitive.Provider toastManager={manager} limit={3}>
      <Primitive.Portal>
        <Primitive.Viewport className="fixed inset-x-4 top-17 z-60 flex flex-col gap-2 md:inset-x-auto md:top-auto md:bottom-6 md:left-1/2 md:w-90 md:-translate-x-1/2">
          <Toasts />
        </Primitive.Viewport>
      </Primitive.Portal>
    </Primitive.Provider>
  );
}
