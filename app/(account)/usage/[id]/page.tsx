import { Calculation, readLines } from "@/app/_components/charge/calculation";
import { Credits } from "@/app/_components/money";
import { Badge } from "@/app/_components/ui/badge";
import { Card, CardHeader } from "@/app/_components/ui/card";
import { EmptyState } from "@/app/_components/ui/empty-state";
import { UsageStatus } from "@/app/_components/usage-status";
import { webDatabase } from "@/app/_server/database";
import { requireSession } from "@/app/_server/session";
import { getApiKey, type User } from "@/lib/auth";
import { ScripError } from "@/lib/errors";
import { fromPublicId } from "@/lib/ids";
import { getUsage, type UsageAttempt, type UsageRecord } from "@/lib/usage";
import { CircleSlash, Info } from "lucide-react";
import type { Metadata } from "next";
import { useLocale, useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import { BackLink, PageHeader } from "../../_components/page-header";
import { durationText } from "../../_components/usage-table";
import { Details } from "./_components/details";

const ANSWERED = "ok";

/** Each try at a supplier; those that failed cost nothing, and it says so. */
function Attempts({ attempts }: { attempts: readonly UsageAttempt[] }) {
  const t = useTranslations("Request");
  const locale = useLocale();
  return (
    <Card className="mt-4">
      <CardHeader title={t("attempts")} note={t("attemptsNote")} />
      <ol className="divide-y divide-line border-t border-line">
        {attempts.map(({ n, outcome, latencyMs }) => (
          <li key={n} className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 px-5 py-2">
            <span className="font-medium">{t("attempt", { n })}</span>
            <Badge tone={outcome === ANSWERED ? "accent" : "neutral"} hasDot>
              {t(`outcomes.${outcome}`)}
            </Badge>
            <span className="text-[13px] text-ink-3 tabular-nums">{durationText(latencyMs, locale)}</span>
            {outcome !== ANSWERED && <span className="ml-auto text-[13px] text-ink-3">{t("attemptFree")}</span>}
          </li>
        ))}
      </ol>
    </Card>
  );
}

const REASONS = [
  "upstream_error",
  "upstream_timeout",
  "no_capacity",
  "unavailable",
  "internal_error",
  "bad_request",
  "content_policy",
  "client_left",
] as const;
const SOURCES = ["promo", "referral", "purchased", "earned"] as const;

type Params = Promise<{ id: string }>;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("Request");
  return { title: t("title") };
}

/** What isn't there, and what is another's, look the same. */
async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  return reading.catch((error: unknown) => {
    if (error instanceof ScripError && error.code === "not_found") return null;
    throw error;
  });
}

async function readRequest(user: User, publicId: string) {
  const { reader } = webDatabase();
  const id = fromPublicId("request", publicId);
  const record = id && (await orNull(getUsage(reader, { wallet: user.walletId, id })));
  if (!record) notFound();
  const key = await orNull(getApiKey(reader, { userId: user.id, apiKeyId: record.apiKeyId }));
  return { record, keyName: key?.name ?? null };
}

function Notes({ record }: { record: UsageRecord }) {
  const t = useTranslations("Request");
  const notes = [
    record.lateMs !== null && t("late"),
    record.isEstimated && t("estimated"),
    record.isCapped && t("overHold"),
  ].filter((note) => note !== false);
  return notes.map((note) => (
    <p key={note} className="flex gap-2 border-t border-line px-5 py-3 text-[13px] text-ink-2">
      <Info aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-ink-3" />
      {note}
    </p>
  ));
}

function PaidFrom({ record }: { record: UsageRecord }) {
  const t = useTranslations("Request");
  const paid = SOURCES.filter((source) => record.bySource[source] > 0n);
  if (paid.length === 0 && record.owedMicros === 0n) return null;
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-1 border-t border-line px-5 py-3 text-[13px]">
      <dt className="text-ink-3">{t("paidFrom")}</dt>
      {paid.map((source) => (
        <dd key={source}>
          {t(`sources.${source}`)} <Credits amount={record.bySource[source]} isExact hasUnit={false} />
        </dd>
      ))}
      {record.owedMicros > 0n && (
        <dd>
          {t("owed")} <Credits amount={record.owedMicros} isExact hasUnit={false} />
        </dd>
      )}
    </dl>
  );
}

/** Why a request didn't succeed, and what to do: the codes that a record may have, where there is something to say. */
function useReason(code: string | null): string | null {
  const t = useTranslations("Request.reasons");
  const known = REASONS.find((reason) => reason === code);
  return known ? t(known) : null;
}

function Explanation({ record }: { record: UsageRecord }) {
  const t = useTranslations("Request");
  const lines = readLines(record.breakdown);
  const reason = useReason(record.errorCode);
  const card = record.priceVersion === null ? null : t("price", { version: record.priceVersion });
  return (
    <Card>
      <CardHeader title={t("explained")} note={<span data-hint={t("priceNote")}>{card}</span>} />
      {record.chargeMicros === 0n && lines.length === 0 ? (
        <EmptyState
          icon={CircleSlash}
          title={t(record.message ? "refused" : "nothing")}
          text={record.message ?? reason ?? t("nothingText")}
        />
      ) : (
        <>
          <Calculation lines={lines} charge={record.chargeMicros} />
          <PaidFrom record={record} />
        </>
      )}
      <Notes record={record} />
    </Card>
  );
}

export default async function RequestPage({ params }: { params: Params }) {
  const { user } = await requireSession();
  const { record, keyName } = await readRequest(user, (await params).id);
  const t = await getTranslations("Request");
  return (
    <>
      <BackLink href="/usage">{t("back")}</BackLink>
      <PageHeader
        title={
          <span className="inline-flex flex-wrap items-center gap-3">
            <span className="sr-only">{t("title")} </span>
            {record.model || t("noModel")}
            <UsageStatus status={record.status} />
          </span>
        }
      />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)]">
        <div>
          <Explanation record={record} />
          {record.attempts.length > 0 && <Attempts attempts={record.attempts} />}
        </div>
        <Details record={record} keyName={keyName} />
      </div>
    </>
  );
}
