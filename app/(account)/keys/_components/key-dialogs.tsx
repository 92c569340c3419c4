"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "@/app/_components/ui/button";
import { Dialog } from "@/app/_components/ui/dialog";
import { InputField } from "@/app/_components/ui/field";
import { showToast } from "@/app/_components/ui/toast-queue";
import { useAction } from "@/app/_components/ui/use-action";
import { type NewSecret, renameKey, revokeKey, rotateKey } from "../actions";
import type { KeyView } from "./key-view";

export type KeyIntention = "rename" | "rotate" | "revoke";
type IntentionProps = { keyView: KeyView; onClose: () => void };

function Rename({ keyView, onClose }: IntentionProps) {
  const t = useTranslations("Keys");
  const [name, setName] = useState(keyView.name);
  const [isPending, startTransition] = useAction();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    startTransition(async () => {
      const renamed = await renameKey(keyView.id, name);
      if (renamed.outcome === "refused") return showToast({ title: t("failed"), text: renamed.message, isError: true });
      const undo = { label: t("undo"), run: () => void renameKey(keyView.id, keyView.name) };
      showToast({ title: t("renamed", { name: name.trim() }), undo });
      onClose();
    });
  };
  return (
    <Dialog isOpen onClose={onClose} title={t("renameForm.title", { name: keyView.name })}>
      <form onSubmit={submit} className="flex flex-col gap-5">
        <InputField
          label={t("form.name")}
          value={name}
          onChange={(event) => setName(event.target.value)}
          required
          maxLength={100}
          autoComplete="off"
        />
        <Button type="submit" isPending={isPending}>
          {t("renameForm.submit")}
        </Button>
      </form>
    </Dialog>
  );
}

type ConfirmProps = IntentionProps & { kind: "rotate" | "revoke"; onConfirm: () => Promise<void> };

function Confirm({ kind, keyView, onClose, onConfirm }: ConfirmProps) {
  const t = useTranslations("Keys");
  const ui = useTranslations("Ui");
  const [isPending, startTransition] = useAction();
  const title = t(`${kind}Form.title`, { name: keyView.name });
  return (
    <Dialog isOpen onClose={onClose} title={title} note={t(`${kind}Form.text`)}>
      <div className="flex justify-end gap-2">
        <Button variant="secondary" onClick={onClose}>
          {ui("cancel")}
        </Button>
        <Button
          variant={kind === "revoke" ? "danger" : "primary"}
          isPending={isPending}
          onClick={() => startTransition(onConfirm)}
        >
          {t(`${kind}Form.submit`)}
        </Button>
      </div>
    </Dialog>
  );
}

export type KeyDialogProps = IntentionProps & { intention: KeyIntention; onSecret: (created: NewSecret) => void };

/** Rename, rotate or revoke one key. */
export default function KeyDialog({ intention, keyView, onClose, onSecret }: KeyDialogProps) {
  const t = useTranslations("Keys");
  const refuse = (message: string) => showToast({ title: t("failed"), text: message, isError: true });
  if (intention === "rename") return <Rename keyView={keyView} onClose={onClose} />;
  const rotate = async () => {
    const rotated = await rotateKey(keyView.id);
    if (rotated.outcome === "done") onSecret(rotated.value);
    else refuse(rotated.message);
  };
  const revoke = async () => {
    const revoked = await revokeKey(keyView.id);
    if (revoked.outcome === "refused") return refuse(revoked.message);
    showToast({ title: t("revoked", { name: keyView.name }) });
    onClose();
  };
  return (
    <Confirm
      kind={intention}
      keyView={keyView}
      onClose={onClose}
      onConfirm={intention === "rotate" ? rotate : revoke}
    />
  );
}
