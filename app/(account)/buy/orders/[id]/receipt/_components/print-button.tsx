"use client";

import { Printer } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "@/app/_components/ui/button";

/** Prints the page, or keeps it as a PDF. */
export function PrintButton() {
  const t = useTranslations("Buy.receipt");
  return (
    <Button variant="secondary" onClick={() => print()}>
      <Printer aria-hidden="true" className="size-4" />
      {t("print")}
    </Button>
  );
}
