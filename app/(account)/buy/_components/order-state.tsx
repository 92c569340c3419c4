import { useTranslations } from "next-intl";
import { Badge, type Tone } from "@/app/_components/ui/badge";
import type { PurchaseState } from "@/lib/payments";

const TONES: Record<PurchaseState, Tone> = {
  created: "neutral",
  paid: "warning",
  credited: "accent",
  refunded: "neutral",
  partly_refunded: "neutral",
  disputed: "danger",
  failed: "danger",
  expired: "neutral",
  quarantined: "warning",
};

/** Where an order stands. */
export function OrderState({ state }: { state: PurchaseState }) {
  const t = useTranslations("Buy.states");
  return (
    <Badge tone={TONES[state]} hasDot>
      {t(state)}
    </Badge>
  );
}
