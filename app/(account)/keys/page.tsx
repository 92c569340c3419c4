import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { gatewayUrl } from "@/app/_server/request";
import { readConfig } from "@/app/_server/config";
import { webDatabase } from "@/app/_server/database";
import { readExampleModel } from "@/app/_server/examples";
import { requireSession } from "@/app/_server/session";
import { type ApiKey, listApiKeys, Scope } from "@/lib/auth";
import { toPublicId } from "@/lib/ids";
import { UrlState } from "../_components/url-state";
import { KeyBoard } from "./_components/key-board";
import type { KeyView } from "./_components/key-view";

const KEYS_MAX = 500;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("Keys");
  return { title: t("title") };
}

function toView({ id, name, last4, scopes, models, ips, expiresMs, lastUsedMs, createdMs }: ApiKey): KeyView {
  return { id: toPublicId("apiKey", id), name, last4, scopes, models, ips, expiresMs, lastUsedMs, createdMs };
}

export default async function KeysPage() {
  const { user, ctx } = await requireSession();
  const [keys, { catalogue }, exampleModel] = await Promise.all([
    listApiKeys(webDatabase().reader, { userId: user.id, limit: KEYS_MAX, after: null }),
    readConfig(),
    readExampleModel(),
  ]);
  const models = [...catalogue.models.values()].filter(({ enabled }) => enabled).map(({ id }) => id);
  const scopes = Scope.options.filter((scope) => scope !== "admin" || user.role === "admin");
  return (
    <UrlState>
      <KeyBoard
        keys={keys.map(toView)}
        nowMs={ctx.nowMs}
        models={models}
        scopes={scopes}
        baseUrl={gatewayUrl()}
        exampleModel={exampleModel}
      />
    </UrlState>
  );
}
