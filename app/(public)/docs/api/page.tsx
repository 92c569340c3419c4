import { Badge } from "@/app/_components/ui/badge";
import { CodeBlock } from "@/app/_components/ui/code-block";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import { Tabs } from "@/app/_components/ui/tabs";
import { idempotentSnippets } from "@/app/_components/snippets";
import { readExampleModel } from "@/app/_server/examples";
import { appUrl, gatewayUrl } from "@/app/_server/request";
import { currentUser } from "@/app/_server/session";
import { ERROR_CODES } from "@/lib/errors";
import type { Metadata } from "next";
import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { SiteHeader } from "../../_components/site-header";
import { readReference, type ReferenceCall } from "./reference";
import type { SchemaField } from "./schema-fields";

/** A sentence of the document; what stands between backquotes is code. */
function Prose({ text }: { text: string }) {
  return text.split("`").map((part, index) =>
    index % 2 === 1 ? (
      // The parts never change places.
      <code key={index} className="rounded bg-sunken px-1 font-mono text-[0.9em]">
        {part}
      </code>
    ) : (
      part
    ),
  );
}

/** The members of a request or a reply. */
function FieldTable({ title, label, fields }: { title: string; label: string; fields: SchemaField[] }) {
  const t = useTranslations("ApiDocs");
  if (fields.length === 0) return null;
  return (
    <div className="mt-5">
      <h4 className="mb-2 text-xs font-semibold text-ink-3">{title}</h4>
      <div className="overflow-hidden rounded-md border border-line">
        <Table label={label}>
          <thead>
            <tr>
              <Th>{t("field")}</Th>
              <Th>{t("type")}</Th>
              <Th>{t("meaning")}</Th>
            </tr>
          </thead>
          <tbody>
            {fields.map((field) => (
              <Tr key={field.path}>
                <Td className="py-2.5 align-top font-mono text-[12.5px]">
                  {field.path}
                  {field.isRequired && <span className="ml-2 font-sans text-xs text-accent-ink">{t("required")}</span>}
                </Td>
                <Td isWrapped className="max-w-64 py-2.5 align-top text-[12.5px] text-ink-2">
                  {field.type}
                </Td>
                <Td isWrapped className="min-w-48 py-2.5 align-top text-[13px] text-ink-2">
                  <Prose text={field.description} />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      </div>
    </div>
  );
}

/** Codes of the gateway that this API never answers with. */
const GATEWAY_ONLY =
  /^(invalid_api_key|insufficient_requests|budget_exceeded|account_in_debt|model_|ip_|key_expired|in_progress|concurrency|upstream|no_capacity)/;

/** Every code of a problem; a problem's `type` leads to its row. */
function ErrorTable() {
  const t = useTranslations("ApiDocs");
  const codes = Object.entries(ERROR_CODES).filter(([code]) => !GATEWAY_ONLY.test(code));
  return (
    <div className="mt-5 overflow-hidden rounded-md border border-line">
      <Table label={t("errors")}>
        <thead>
          <tr>
            <Th>{t("code")}</Th>
            <Th isNumeric>{t("status")}</Th>
            <Th>{t("retry")}</Th>
          </tr>
        </thead>
        <tbody>
          {codes.map(([code, { status, retry }]) => (
            <Tr key={code} id={code} className="scroll-mt-20 target:bg-accent-soft">
              <Td className="font-mono text-[12.5px]">{code}</Td>
              <Td isNumeric>{status}</Td>
              <Td>{retry ? t("retryYes") : t("retryNo")}</Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}

/** Dollars may be named where money changes hands, and to admins. */
const isOfMoney = ({ tag, auth }: ReferenceCall): boolean => tag === "Buying" || auth === "admin";

/** One call: what it does, takes and gives, and how it is made. */
function CallSection({ call }: { call: ReferenceCall }) {
  const t = useTranslations("ApiDocs");
  const name = `${call.method} ${call.path}`;
  return (
    <section id={call.id} aria-labelledby={`${call.id}-title`} className="scroll-mt-20 border-t border-line py-9">
      <h3 id={`${call.id}-title`} className="text-lg font-semibold tracking-tight">
        {call.summary}
      </h3>
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <Badge tone={call.method === "GET" ? "neutral" : "accent"}>{call.method}</Badge>
        <code className="font-mono text-[13px] break-all text-ink-2">/api/v1{call.path}</code>
        <Badge>{call.auth === "public" ? t("public") : t("scope", { scope: call.auth })}</Badge>
        {call.isIdempotent && <Badge tone="warning">{t("idempotent")}</Badge>}
      </div>
      {call.description && (
        <p data-money={isOfMoney(call) || undefined} className="mt-3 max-w-2xl leading-relaxed text-ink-2">
          <Prose text={call.description} />
        </p>
      )}
      <div className="mt-5">
        <CodeBlock code={call.example} label={t("example", { name })} />
      </div>
      <FieldTable title={t("parameters")} label={t("parametersOf", { name })} fields={call.parameters} />
      <FieldTable title={t("body")} label={t("bodyOf", { name })} fields={call.body} />
      <FieldTable title={t("reply", { status: call.status })} label={t("replyOf", { name })} fields={call.reply} />
    </section>
  );
}

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
  const [t, user, model] = await Promise.all([getTranslations("ApiDocs"), currentUser(), readExampleModel()]);
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
          <section id="idempotency" className="mt-12 scroll-mt-20">
            <h2 className="text-xl font-semibold tracking-tight">{t("idempotency")}</h2>
            <p className="mt-3 max-w-2xl leading-relaxed text-ink-2">
              <Prose text={t("idempotencyLead")} />
            </p>
            <p className="mt-3 max-w-2xl leading-relaxed text-ink-2">
              <Prose text={t("idempotencySdk")} />
            </p>
            <div className="mt-5">
              <Tabs
                label={t("idempotency")}
                tabs={idempotentSnippets({ baseUrl: gatewayUrl(), model }).map(({ language, label, code }) => ({
                  id: language,
                  label,
                  content: <CodeBlock code={code} label={label} />,
                }))}
              />
            </div>
          </section>
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
