"use client";

import { Dialog as Primitive } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { buttonClass } from "./button";

type DialogProps = {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  note?: ReactNode;
  /** Without it the dialog closes by what it holds only: for things shown once. */
  isDismissable?: boolean;
  width?: "sm" | "lg";
  children: ReactNode;
};

/** A dialog: keeps the focus inside, gives it back afterwards, and closes by Escape where it may. */
export function Dialog({ isOpen, onClose, title, note, isDismissable = true, width = "sm", children }: DialogProps) {
  const t = useTranslations("Ui");
  return (
    <Primitive.Root
      open={isOpen}
      disablePointerDismissal={!isDismissable}
      onOpenChange={(open, details) => {
        if (!open && !isDismissable) details.cancel();
        else if (!open) onClose();
      }}
    >
      <Primitive.Portal>
        <Primitive.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Primitive.Viewport className="fixed inset-0 z-50 flex items-end justify-center overflow-y-auto sm:items-center sm:p-6">
          <Primitive.Popup
            className={`relative max-h-full w-full overflow-y-auto rounded-t-lg border border-line bg-raised p-6 shadow-3 transition-[opacity,transform] duration-150 data-ending-style:translate-y-2 data-ending-style:opacity-0 data-starting-style:translate-y-2 data-starting-style:opacity-0 sm:rounded-lg ${width === "lg" ? "sm:max-w-2xl" : "sm:max-w-md"}`}
          >
            <Primitive.Title className="pr-10 text-base font-semibold">{title}</Primitive.Title>
            {note && <Primitive.Description className="mt-1 text-ink-2">{note}</Primitive.Description>}
            <div className="mt-5">{children}</div>
            {isDismissable && (
              <Primitive.Close
                aria-label={t("close")}
                className={buttonClass("ghost", "icon", "absolute top-4 right-4")}
              >
                <X aria-hidden="true" className="size-4" />
              </Primitive.Close>
            )}
          </Primitive.Popup>
        </Primitive.Viewport>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
