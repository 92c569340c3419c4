"use client";

import { Badge } from "@/app/_components/ui/badge";
import { Button, buttonClass } from "@/app/_components/ui/button";
import { Card } from "@/app/_components/ui/card";
import { EmptyState } from "@/app/_components/ui/empty-state";
import { LazyMenu } from "@/app/_components/ui/lazy-menu";
import { RelativeTime } from "@/app/_components/ui/relative-time";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import type { Scope } from "@/lib/auth";
import { Ellipsis, KeyRound, Plus } from "lucide-react";
import { useLocale, useTimeZone, useTranslations } from "next-intl";
import dynamic from "next/dynamic";
import { parseAsBoolean, useQueryState } from "nuqs";
import { useState } from "react";
import { PageHeader } from "../../_components/page-header";
import type { NewSecret } from "../actions";
import type { KeyIntention } from "./key-dialogs";
import type { KeyMenuProps } from "./key-menu";
import type { KeyView } from "./key-view";

function Limits({ keyView }: { keyView: KeyView }) {
  const t = useTranslations("Keys.limits");
  const day = new Intl.DateTimeFormat(useLocale(), { dateStyle: "medium", timeZone: useTimeZone() });
  const limits = [
    keyView.models.length > 0 && t("models", { count: keyView.models.length }),
    keyView.ips.length > 0 && t("ips", { count: keyView.ips.length }),
    keyView.expiresMs !== null && t("expiry", { date: day.format(keyView.expiresMs) }),
  ].filter((text) => text !== false);
  const all = [...keyView.models, ...keyView.ips].join("\n");
  return <span data-hint={all || undefined}>{limits.join(" · ") || t("none")}</span>;
}

const loadMenu = () => import("./key-menu");

function Actions({ name, onIntend }: KeyMenuProps) {
  const t = useTranslations("Keys.table");
  return (
    <LazyMenu
      label={t("actions", { name })}
      load={loadMenu}
      menuProps={{ name, onIntend }}
      className={buttonClass("ghost", "icon")}
    >
      <Ellipsis aria-hidden="true" className="size-4" />
    </LazyMenu>
  );
}

type RowProps = { keyView: KeyView; nowMs: number; onIntend: (intention: KeyIntention) => void };

function Row({ keyView, nowMs, onIntend }: RowProps) {
  const t = useTranslations("Keys");
  const isExpired = keyView.expiresMs !== null && keyView.expiresMs <= nowMs;
  return (
    <Tr>
      <Td className="max-w-36 truncate font-medium sm:max-w-52">
        {keyView.name}
        <span className="block font-mono text-xs font-normal text-ink-3 sm:hidden">…{keyView.last4}</span>
      </Td>
      <Td className="hidden font-mono text-[13px] text-ink-2 sm:table-cell">sk-scrip-…{keyView.last4}</Td>
      <Td className="hidden text-ink-2 lg:table-cell">
        {keyView.scopes.map((scope) => t(`scopes.${scope}`)).join(", ")}
      </Td>
      <Td className="hidden text-ink-2 md:table-cell">
        <Limits keyView={keyView} />
      </Td>
      <Td>
        <Badge tone={isExpired ? "warning" : "accent"} hasDot>
          {t(isExpired ? "status.expired" : "status.active")}
        </Badge>
      </Td>
      <Td className="hidden text-ink-2 sm:table-cell">
        {keyView.lastUsedMs === null ? (
          <span className="text-ink-3">{t("never")}</span>
        ) : (
          <RelativeTime atMs={keyView.lastUsedMs} nowMs={nowMs} />
        )}
      </Td>
      <Td className="hidden text-ink-2 lg:table-cell">
        <RelativeTime atMs={keyView.createdMs} nowMs={nowMs} />
      </Td>
      <Td isNumeric className="w-12">
        <Actions name={keyView.name} onIntend={onIntend} />
      </Td>
    </Tr>
  );
}

type KeyTableProps = { keys: KeyView[]; nowMs: number; onIntend: (keyView: KeyView, intention: KeyIntention) => void };

/** The keys that haven't been revoked, newest first. */
function KeyTable({ keys, nowMs, onIntend }: KeyTableProps) {
  const t = useTranslations("Keys.table");
  return (
    <Table label={t("label")}>
      <thead>
        <tr>
          <Th>{t("name")}</Th>
          <Th className="hidden sm:table-cell">{t("key")}</Th>
          <Th className="hidden lg:table-cell">{t("scopes")}</Th>
          <Th className="hidden md:table-cell">{t("limits")}</Th>
          <Th>{t("status")}</Th>
          <Th className="hidden sm:table-cell">{t("lastUsed")}</Th>
          <Th className="hidden lg:table-cell">{t("created")}</Th>
          <Th>
            <span className="sr-only">{t("more")}</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {keys.map((keyView) => (
          <Row
            key={keyView.id}
            keyView={keyView}
            nowMs={nowMs}
            onIntend={(intention) => onIntend(keyView, intention)}
          />
        ))}
      </tbody>
    </Table>
  );
}

// Dialogs come when they are opened.
const CreateKeyDialog = dynamic(() => import("./create-key-dialog"), { ssr: false });
const SecretDialog = dynamic(() => import("./secret-dialog"), { ssr: false });
const KeyDialog = dynamic(() => import("./key-dialogs"), { ssr: false });

type KeyBoardProps = {
  keys: KeyView[];
  nowMs: number;
  models: string[];
  scopes: Scope[];
  baseUrl: string;
  exampleModel: string;
};

/** The keys and what can be done with them. `?create=true` opens the form. */
export function KeyBoard({ keys, nowMs, models, scopes, baseUrl, exampleModel }: KeyBoardProps) {
  const t = useTranslations("Keys");
  const [isCreating, setIsCreating] = useQueryState("create", parseAsBoolean.withDefault(false));
  const [created, setCreated] = useState<NewSecret | null>(null);
  const [intended, setIntended] = useState<{ keyView: KeyView; intention: KeyIntention } | null>(null);
  const stopCreating = () => void setIsCreating(null);
  const show = (secret: NewSecret) => {
    stopCreating();
    setIntended(null);
    setCreated(secret);
  };
  const createButton = (
    <Button onClick={() => void setIsCreating(true)}>
      <Plus aria-hidden="true" className="size-4" />
      {t("create")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} note={t("note")}>
        {keys.length > 0 && createButton}
      </PageHeader>
      <Card>
        {keys.length > 0 ? (
          <KeyTable keys={keys} nowMs={nowMs} onIntend={(keyView, intention) => setIntended({ keyView, intention })} />
        ) : (
          <EmptyState icon={KeyRound} title={t("empty.title")} text={t("empty.text")}>
            {createButton}
          </EmptyState>
        )}
      </Card>
      {isCreating && <CreateKeyDialog onClose={stopCreating} onCreated={show} models={models} scopes={scopes} />}
      {intended && <KeyDialog {...intended} onClose={() => setIntended(null)} onSecret={show} />}
      {created && (
        <SecretDialog created={created} onClose={() => setCreated(null)} baseUrl={baseUrl} model={exampleModel} />
      )}
    </>
  );
}
