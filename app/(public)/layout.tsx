import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { TooltipLayer } from "../_components/ui/tooltip-layer";

export default async function PublicLayout({ children }: { children: ReactNode }) {
  const [t, messages] = await Promise.all([getTranslations("App"), getMessages()]);
  return (
    <NextIntlClientProvider messages={{ Ui: messages.Ui, Auth: messages.Auth, Errors: messages.Errors }}>
      <a href="#content" className="skip-link">
        {t("skip")}
      </a>
      {children}
      <TooltipLayer />
    </NextIntlClientProvider>
  );
}
