import { Terminal } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { snippets } from "@/app/_components/snippets";
import { buttonClass } from "@/app/_components/ui/button";
import { Card, CardHeader } from "@/app/_components/ui/card";
import { CodeBlock } from "@/app/_components/ui/code-block";
import { EmptyState } from "@/app/_components/ui/empty-state";
import { Tabs } from "@/app/_components/ui/tabs";
import { gatewayUrl } from "@/app/_server/addresses";
import { isFor, type Model } from "@/lib/catalog";

/** How the model is called, in three languages, with the address that clients are given. */
export function Code({ model, isSignedIn }: { model: Model; isSignedIn: boolean }) {
  const t = useTranslations("Models.page");
  const isServed = isFor(model, "chat");
  const tabs = snippets({ baseUrl: gatewayUrl(), secret: null, model: model.id }).map(({ language, label, code }) => ({
    id: language,
    label,
    content: <CodeBlock code={code} label={label} />,
  }));
  return (
    <Card>
      <CardHeader title={t("code")} note={isServed ? t("codeNote") : null}>
        <Link href={isSignedIn ? "/keys?create=true" : "/sign-up"} className={buttonClass("secondary", "sm")}>
          {t("createKey")}
        </Link>
      </CardHeader>
      {isServed ? (
        <div className="px-5 pb-5">
          <Tabs tabs={tabs} label={t("codeTabs")} />
        </div>
      ) : (
        <EmptyState icon={Terminal} title={t("code")} text={t("noCode")} />
      )}
    </Card>
  );
}
