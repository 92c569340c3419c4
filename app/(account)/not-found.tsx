import { SearchX } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { buttonClass } from "../_components/ui/button";
import { EmptyState } from "../_components/ui/empty-state";

export default function NotFound() {
  const t = useTranslations("Errors.notFound");
  return (
    <div className="py-16">
      <EmptyState icon={SearchX} title={t("title")} text={t("text")}>
        <Link href="/overview" className={buttonClass("secondary")}>
          {t("home")}
        </Link>
      </EmptyState>
    </div>
  );
}
