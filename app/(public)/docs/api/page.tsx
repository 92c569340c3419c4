import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { appUrl } from "@/app/_server/addresses";
import { currentUser } from "@/app/_server/session";
import { SiteHeader } from "../../_components/site-header";
import { CallSection } from "./_components/call-section";
import { ErrorTable } from "./_components/error-table";
import { readReference, type ReferenceCall } from "./reference";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("ApiDocs");
  return { title: t("title"), description: t("lead") };
}

/** Calls by their tag, in the order of the document. */
function byTag(calls: ReferenceCall[]): [string, ReferenceCall[]][] {
  const tags = [...new Set(calls.map(({ tag }) => tag))];
  return tags.map((tag) => [tag, calls.filter((call) => call.tag === tag)]);
}

function Contents({ groups, label, errors }: { groups: [string, ReferenceCall[]][]; label: string; errors: string }) {
  return (
    <nav aria-label={label} className="hidden w-64 shrink-0 lg:block">
      <div className="sticky top-20 max-h-[calc(100dvh-6rem)] space-y-6 overflow-y-auto pb-10 text-[13px]">
        {groups.map(([tag, calls]) => (
          <div key={tag}>
            <p className="font-semibold">{tag}</p>
            <ul className="mt-1.5 space-y-1">
              {calls.map((call) => (
                <li key={call.id}>
                  <a href={`#${call.id}`} className="text-ink-2 transition-colors hover:text-ink">
                    {call.summary}
                  </a>
                </li>
              ))}
            </ul>
          </div>
        ))}
        <a href="#errors" className="font-semibold">
          {errors}
        </a>
      </div>
    </nav>
  );
}

/** The reference of the management API, made from its OpenAPI document. */
export default async function ApiDocsPage() {
  const [t, user] = await Promise.all([getTranslations("ApiDocs"), currentUser()]);
  const groups = byTag(readReference(appUrl()));
  return (
    <>
      <SiteHeader isSignedIn={user !== null} />
      <div className="mx-auto flex max-w-6xl gap-12 px-4 py-12 sm:px-6">
        <Contents groups={groups} label={t("contents")} errors={t("errors")} />
        <main id="content" className="min-w-0 flex-1">
          <h1 className="text-3xl font-semibold tracking-tight">{t("title")}</h1>
          <p className="mt-4 max-w-2xl leading-relaxed text-ink-2">{t("lead")}</p>
          <p className="mt-3 max-w-2xl leading-relaxed text-ink-2">{t("rules")}</p>
          <p className="mt-3">
            <a href="/api/v1/openapi.json" className="text-accent-ink underline underline-offset-4">
              {t("document")}
            </a>
          </p>
          {groups.map(([tag, calls]) => (
            <div key={tag} className="mt-12">
              <h2 className="mb-6 text-xl font-semibold tracking-tight">{tag}</h2>
              {calls.map((call) => (
                <CallSection key={call.id} call={call} />
              ))}
            </div>
          ))}
          <section id="errors" className="mt-12 scroll-mt-20">
            <h2 className="text-xl font-semibold tracking-tight">{t("errors")}</h2>
            <p className="mt-3 max-w-2xl leading-relaxed text-ink-2">{t("errorsLead")}</p>
            <ErrorTable />
          </section>
        </main>
      </div>
    </>
  );
}
