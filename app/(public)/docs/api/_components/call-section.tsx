import { useTranslations } from "next-intl";
import { Badge } from "@/app/_components/ui/badge";
import { CodeBlock } from "@/app/_components/ui/code-block";
import type { ReferenceCall } from "../reference";
import { FieldTable } from "./field-table";
import { Prose } from "./prose";

/** Dollars may be named where money changes hands, and to admins. */
const isOfMoney = ({ tag, auth }: ReferenceCall): boolean => tag === "Buying" || auth === "admin";

/** One call: what it does, takes and gives, and how it is made. */
export function CallSection({ call }: { call: ReferenceCall }) {
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
