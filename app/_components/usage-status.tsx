import { useTranslations } from "next-intl";
import { Badge, type Tone } from "./ui/badge";

/** How requests end. */
export const USAGE_STATUSES = ["ok", "failed", "cancelled", "interrupted"] as const;
export type UsageStatusName = (typeof USAGE_STATUSES)[number];

/** Whether a text is a status that requests end with. */
export const isUsageStatus = (text: string | null): text is UsageStatusName =>
  USAGE_STATUSES.some((status) => status === text);

const TONES: Record<UsageStatusName, Tone> = {
  ok: "accent",
  failed: "danger",
  cancelled: "warning",
  interrupted: "warning",
};

/** How a request ended. */
export function UsageStatus({ status }: { status: string }) {
  const t = useTranslations("Usage.status");
  if (!isUsageStatus(status)) return <Badge>{status}</Badge>;
  return (
    <Badge tone={TONES[status]} hasDot>
      {t(status)}
    </Badge>
  );
}
