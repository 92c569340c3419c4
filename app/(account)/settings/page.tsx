import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { ThemeSwitch } from "@/app/_components/theme-switch";
import { Card } from "@/app/_components/ui/card";
import { browserName } from "@/app/_server/request";
import { webDatabase } from "@/app/_server/database";
import { requireSession } from "@/app/_server/session";
import { listSessions } from "@/lib/auth";
import { PageHeader } from "../_components/page-header";
import { PasswordForm } from "./_components/password-form";
import { ProfileForm } from "./_components/profile-form";
import { SessionList } from "./_components/session-list";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("Settings");
  return { title: t("title") };
}

function Section({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  return (
    <Card className="mb-4 grid gap-x-8 gap-y-4 p-5 md:grid-cols-[14rem_minmax(0,1fr)] md:p-6">
      <div>
        <h2 className="text-sm font-semibold">{title}</h2>
        {note && <p className="mt-1 text-[13px] text-ink-3">{note}</p>}
      </div>
      <div>{children}</div>
    </Card>
  );
}

/** Every zone that the runtime knows; UTC isn't among those that it lists. */
const timeZones = (chosen: string): string[] =>
  [...new Set(["UTC", chosen, ...Intl.supportedValuesOf("timeZone")])].toSorted();

export default async function SettingsPage() {
  const { user, session, ctx } = await requireSession();
  const [t, locale, sessions] = await Promise.all([
    getTranslations("Settings"),
    getLocale(),
    listSessions(webDatabase().reader, ctx.nowMs, user.id),
  ]);
  const views = sessions.map(({ id, userAgent, createdMs }) => ({
    id,
    browser: browserName(userAgent),
    createdMs,
    isThis: id === session.id,
  }));
  return (
    <>
      <PageHeader title={t("title")} />
      <Section title={t("profile.title")}>
        <ProfileForm
          email={user.email}
          name={user.name}
          timeZone={user.timeZone}
          timeZones={timeZones(user.timeZone)}
          locale={locale}
        />
      </Section>
      <Section title={t("appearance.title")} note={t("appearance.note")}>
        <ThemeSwitch />
      </Section>
      <Section title={t("password.title")} note={t("password.note")}>
        <PasswordForm email={user.email} />
      </Section>
      <Section title={t("sessions.title")} note={t("sessions.note")}>
        <SessionList sessions={views} nowMs={ctx.nowMs} />
      </Section>
    </>
  );
}
