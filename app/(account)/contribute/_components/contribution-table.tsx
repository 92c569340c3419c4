"use client";

import { Ellipsis } from "lucide-react";
import dynamic from "next/dynamic";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { Credits } from "@/app/_components/money";
import { Badge, type Tone } from "@/app/_components/ui/badge";
import { buttonClass } from "@/app/_components/ui/button";
import { LazyMenu } from "@/app/_components/ui/lazy-menu";
import { RelativeTime } from "@/app/_components/ui/relative-time";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import { showToast } from "@/app/_components/ui/toast-queue";
import { useProviderName } from "@/app/_components/model-view";
import { pauseOrResume } from "../actions";
import type { ContributionIntention } from "./contribution-menu";
import type { ContributionRow } from "./quoted";

const RetireDialog = dynamic(() => import("./retire-dialog"), { ssr: false });
const TopUpDialog = dynamic(() => import("./top-up-dialog"), { ssr: false });
const loadMenu = () => import("./contribution-menu");

const TONES: Record<ContributionRow["state"], Tone> = {
  active: "accent",
  paused: "neutral",
  cooling: "warning",
  depleted: "neutral",
  quarantined: "danger",
  revoked: "danger",
  retired: "neutral",
};
const ENDED: ReadonlySet<ContributionRow["state"]> = new Set<ContributionRow["state"]>(["revoked", "retired"]);

const NOTE_CLASS = "mt-1 block max-w-64 min-w-28 text-xs whitespace-normal text-ink-3";

/** How much of a grant has vested, in whole percents, rounded down. */
const vestedPercent = ({ netMicros, vestedMicros }: ContributionRow): number =>
  netMicros > 0n ? Number((vestedMicros * 100n) / netMicros) : 0;

function Vested({ row }: { row: ContributionRow }) {
  const percent = vestedPercent(row);
  return (
    <>
      <Credits amount={row.vestedMicros} hasUnit={false} />
      <span aria-hidden="true" className="mt-1 ml-auto block h-1 w-16 overflow-hidden rounded-full bg-sunken">
        <span className="block h-full rounded-full bg-accent" style={{ width: `${percent}%` }} />
      </span>
    </>
  );
}

function State({ row }: { row: ContributionRow }) {
  const t = useTranslations("Contribute");
  const reason = row.reason ?? "none";
  const why = [
    row.reason && t(`reasons.${row.reason}`, { state: row.state }),
    t(`stateNotes.${row.state}`, { reason }),
  ].filter(Boolean);
  return (
    <>
      <Badge tone={TONES[row.state]} hasDot>
        {t(`states.${row.state}`, { reason })}
      </Badge>
      {why.length > 0 && <span className={NOTE_CLASS}>{why.join(" ")}</span>}
      {row.heldBackMicros > 0n && (
        <span className={NOTE_CLASS}>
          <span className="font-medium text-ink-2">
            {t.rich("mine.heldBack", { amount: () => <Credits amount={row.heldBackMicros} /> })}
          </span>{" "}
          {t("mine.heldBackWhy")}
        </span>
      )}
    </>
  );
}

/** What narrow screens have no columns for. */
function Rest({ row }: { row: ContributionRow }) {
  const t = useTranslations("Contribute.mine");
  const number = new Intl.NumberFormat(useLocale());
  return (
    <span className="mt-1 block text-xs text-ink-3 md:hidden">
      <span className="block sm:hidden">
        {t("granted")} <Credits amount={row.netMicros} hasUnit={false} />
      </span>
      <span className="block">
        {t("left")} <Credits amount={row.remainingMicros} hasUnit={false} />
      </span>
      <span className="block">
        {t("requests")} {number.format(row.requestsServed)}
      </span>
    </span>
  );
}

type RowProps = { row: ContributionRow; nowMs: number; onIntend: (intention: ContributionIntention) => void };

function Row({ row, nowMs, onIntend }: RowProps) {
  const t = useTranslations("Contribute.mine");
  const providerName = useProviderName();
  const number = new Intl.NumberFormat(useLocale());
  const name = `${providerName(row.provider)} ${row.hint ? `…${row.hint}` : ""}`.trim();
  return (
    <Tr>
      <Td isWrapped className="py-2 font-medium sm:whitespace-nowrap">
        {providerName(row.provider)}
        {row.hint && <span className="block font-mono text-xs font-normal text-ink-3">…{row.hint}</span>}
        <span className="mt-1 block font-normal sm:hidden">
          <State row={row} />
        </span>
      </Td>
      <Td className="hidden py-2 sm:table-cell">
        <State row={row} />
      </Td>
      <Td isNumeric className="hidden sm:table-cell">
        <Credits amount={row.netMicros} hasUnit={false} />
      </Td>
      <Td isNumeric className="py-2">
        <Vested row={row} />
        <Rest row={row} />
      </Td>
      <Td isNumeric className="hidden md:table-cell">
        <Credits amount={row.remainingMicros} hasUnit={false} />
      </Td>
      <Td isNumeric className="hidden md:table-cell">
        {number.format(row.requestsServed)}
      </Td>
      <Td className="hidden text-ink-2 lg:table-cell">
        <RelativeTime atMs={row.createdMs} nowMs={nowMs} />
      </Td>
      <Td isNumeric className="w-12">
        {!ENDED.has(row.state) && (
          <LazyMenu
            label={t("actions", { name })}
            load={loadMenu}
            menuProps={{ name, isPaused: row.state === "paused", onIntend }}
            className={buttonClass("ghost", "icon")}
          >
            <Ellipsis aria-hidden="true" className="size-4" />
          </LazyMenu>
        )}
      </Td>
    </Tr>
  );
}

/** Pauses or resumes, says so, and offers the way back. */
function usePausing(): (row: ContributionRow, isPausing: boolean) => Promise<void> {
  const t = useTranslations("Contribute.mine");
  return async (row, isPausing) => {
    const done = await pauseOrResume(row.id, isPausing);
    if (done.outcome === "refused") return showToast({ title: t("failed"), text: done.message, isError: true });
    const undo = { label: t("undo"), run: () => void pauseOrResume(row.id, !isPausing) };
    showToast({ title: t(isPausing ? "paused" : "resumed"), undo });
  };
}

type ContributionTableProps = { rows: ContributionRow[]; nowMs: number; feePercent: string };

/** Contributions, newest first, with what became of them and what can be done. */
export function ContributionTable({ rows, nowMs, feePercent }: ContributionTableProps) {
  const t = useTranslations("Contribute.mine");
  const pauseOrGoOn = usePausing();
  const [asked, setAsked] = useState<{ row: ContributionRow; dialog: "top_up" | "retire" } | null>(null);
  const close = () => setAsked(null);
  const intend = (row: ContributionRow, intention: ContributionIntention) => {
    if (intention === "pause" || intention === "resume") void pauseOrGoOn(row, intention === "pause");
    else setAsked({ row, dialog: intention });
  };
  return (
    <>
      <Table label={t("title")}>
        <thead>
          <tr>
            <Th>{t("key")}</Th>
            <Th className="hidden sm:table-cell">{t("state")}</Th>
            <Th isNumeric className="hidden sm:table-cell">
              {t("granted")}
            </Th>
            <Th isNumeric>{t("vested")}</Th>
            <Th isNumeric className="hidden md:table-cell">
              {t("left")}
            </Th>
            <Th isNumeric className="hidden md:table-cell">
              {t("requests")}
            </Th>
            <Th className="hidden lg:table-cell">{t("since")}</Th>
            <Th>
              <span className="sr-only">{t("more")}</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.id} row={row} nowMs={nowMs} onIntend={(intention) => intend(row, intention)} />
          ))}
        </tbody>
      </Table>
      {asked?.dialog === "retire" && <RetireDialog row={asked.row} onClose={close} />}
      {asked?.dialog === "top_up" && <TopUpDialog row={asked.row} feePercent={feePercent} onClose={close} />}
    </>
  );
}
