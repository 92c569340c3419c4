import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { readPricedModels, toModelView } from "@/app/_server/models";
import { currentUser } from "@/app/_server/session";
import { PageHeader } from "../../../(account)/_components/page-header";
import { UrlState } from "../../../(account)/_components/url-state";
import { ModelBrowser } from "./_components/model-browser";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("Models");
  return { title: t("title"), description: t("note") };
}

export default async function ModelsPage() {
  const [t, user, models] = await Promise.all([getTranslations("Models"), currentUser(), readPricedModels()]);
  return (
    <>
      <PageHeader title={t("title")} note={t("note")} />
      <UrlState>
        <ModelBrowser models={models.map(toModelView)} hasBalance={user !== null} />
      </UrlState>
    </>
  );
}
