"use client";

import { KeyRound, Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { parseAsBoolean, useQueryState } from "nuqs";
import { useState } from "react";
import { Button } from "@/app/_components/ui/button";
import { Card } from "@/app/_components/ui/card";
import { EmptyState } from "@/app/_components/ui/empty-state";
import type { Scope } from "@/lib/auth";
import { PageHeader } from "../../_components/page-header";
import type { NewSecret } from "../actions";
import type { KeyIntention } from "./key-dialogs";
import { KeyTable } from "./key-table";
import type { KeyView } from "./key-view";

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
