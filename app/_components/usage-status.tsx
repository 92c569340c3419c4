import { useTranslations } from "next-intl";
import { Badge, type Tone } from "./ui/badge";
import { isUsageStatus, type UsageStatusName } from "./usage-statuses";

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
