"use client";

import { Dialog } from "@base-ui/react/dialog";
import { Command } from "cmdk";
import {
  ArrowRight,
  BookOpen,
  Copy,
  CreditCard,
  HandCoins,
  LogOut,
  Monitor,
  Moon,
  Plus,
  Search,
  Sun,
  type LucideIcon,
} from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { THEMES } from "@/app/_components/theme";
import { chooseTheme } from "@/app/_components/theme-switch";
import { showToast } from "@/app/_components/ui/toast-queue";
import { leave } from "../actions";
import { navItems } from "./nav";

/** Ids that open what they name, by what a page of it is called. */
const OPENABLE = [
  { pattern: /^req_[0-9a-z]{26}$/, text: "openRequest", path: "/usage/" },
  { pattern: /^pur_[0-9a-z]{26}$/, text: "openOrder", path: "/buy/orders/" },
] as const;
/** What admins look for among everybody's: an id, or a part of an address. */
const isFindable = (text: string): boolean => /^((usr|key|req|pur)_[0-9a-z]{26}|(cs|pi)_\w+|\S+@\S*)$/.test(text);
const THEME_ICONS = { system: Monitor, light: Sun, dark: Moon } as const;
const groupClass =
  "p-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-ink-3";

function Entry({ icon: Icon, text, onSelect }: { icon: LucideIcon; text: string; onSelect: () => void }) {
  return (
    <Command.Item
      value={text}
      onSelect={onSelect}
      className="flex h-9 items-center gap-2.5 rounded-sm px-2.5 text-sm data-[selected=true]:bg-hover"
    >
      <Icon aria-hidden="true" className="size-4 text-ink-3" />
      {text}
    </Command.Item>
  );
}

type Run = (work: () => void) => () => void;

async function copy(text: string): Promise<boolean> {
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => false, // without https a browser has no clipboard: the toast shows the text
  );
}

function Commands({ run, baseUrl }: { run: Run; baseUrl: string }) {
  const t = useTranslations("Palette");
  const shell = useTranslations("Shell");
  const ui = useTranslations("Ui");
  const router = useRouter();
  const copyBaseUrl = async () => {
    const text = `${baseUrl}/v1`;
    const isCopied = await copy(text);
    showToast({ title: ui(isCopied ? "copied" : "copyFailed"), text, isError: !isCopied });
  };
  return (
    <Command.Group heading={t("actions")} className={groupClass}>
      <Entry icon={Plus} text={t("createKey")} onSelect={run(() => router.push("/keys?create=true"))} />
      <Entry icon={CreditCard} text={t("topUp")} onSelect={run(() => router.push("/buy"))} />
      <Entry icon={HandCoins} text={t("contribute")} onSelect={run(() => router.push("/contribute"))} />
      <Entry icon={Copy} text={t("copyBaseUrl")} onSelect={run(() => void copyBaseUrl())} />
      <Entry icon={BookOpen} text={shell("api")} onSelect={run(() => router.push("/docs/api"))} />
      {THEMES.map((theme) => (
        <Entry
          key={theme}
          icon={THEME_ICONS[theme]}
          text={t("themeTo", { theme: ui(`themes.${theme}`) })}
          onSelect={run(() => chooseTheme(theme))}
        />
      ))}
      <Entry icon={LogOut} text={t("signOut")} onSelect={run(() => void leave())} />
    </Command.Group>
  );
}

type PaletteProps = { isOpen: boolean; onClose: () => void; baseUrl: string; isAdmin: boolean };

/** Go anywhere and do the common things from the keyboard; the pasted id of a request or an order opens it. */
export default function Palette({ isOpen, onClose, baseUrl, isAdmin }: PaletteProps) {
  const t = useTranslations("Palette");
  const shell = useTranslations("Shell");
  const router = useRouter();
  const [text, setText] = useState("");
  const run: Run = (work) => () => {
    onClose();
    setText("");
    work();
  };
  const id = text.trim();
  const openable = OPENABLE.find(({ pattern }) => pattern.test(id));
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup className="fixed top-[12vh] left-1/2 z-50 w-[min(36rem,calc(100vw-2rem))] -translate-x-1/2 overflow-hidden rounded-lg border border-line bg-raised shadow-3">
          <Dialog.Title className="sr-only">{t("title")}</Dialog.Title>
          <Command label={t("title")} loop>
            <Command.Input
              value={text}
              onValueChange={setText}
              placeholder={t("placeholder")}
              className="h-12 w-full border-b border-line bg-transparent px-4 text-[15px] outline-none placeholder:text-ink-3"
            />
            <Command.List className="max-h-80 overflow-y-auto">
              <Command.Empty className="px-4 py-8 text-center text-ink-3">{t("empty")}</Command.Empty>
              {openable && (
                <Command.Group className={groupClass}>
                  <Entry
                    icon={ArrowRight}
                    text={t(openable.text, { id })}
                    onSelect={run(() => router.push(`${openable.path}${id}`))}
                  />
                </Command.Group>
              )}
              {isAdmin && isFindable(id) && (
                <Command.Group className={groupClass}>
                  <Entry
                    icon={Search}
                    text={t("findForAdmins", { id })}
                    onSelect={run(() => router.push(`/admin/find?q=${encodeURIComponent(id)}`))}
                  />
                </Command.Group>
              )}
              <Command.Group heading={t("pages")} className={groupClass}>
                {navItems(isAdmin).map(({ name, href, icon }) => (
                  <Entry key={name} icon={icon} text={shell(name)} onSelect={run(() => router.push(href))} />
                ))}
              </Command.Group>
              <Commands run={run} baseUrl={baseUrl} />
            </Command.List>
          </Command>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
