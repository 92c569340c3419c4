import { useTranslations } from "next-intl";
import { Badge, type Tone } from "./ui/badge";

export const USAGE_STATUSES = ["ok", "failed", "cancelled", "interrupted"] as const;
type Status = (typeof USAGE_STATUSES)[number];

const TONES: Record<Status, Tone> = { ok: "accent", failed: "danger", cancelled: "warning", interrupted: "warning" };

/** Whether a text is a status that requests end with. */
export const isUsageStatus = (text: string | null): text is Status => USAGE_STATUSES.some((status) => status === text);

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
