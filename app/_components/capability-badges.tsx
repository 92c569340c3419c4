import { useTranslations } from "next-intl";
import { Badge } from "./ui/badge";
import { isKnownCapability } from "./capabilities";

/** What a model can do, in words. */
export function CapabilityBadges({ capabilities }: { capabilities: string[] }) {
  const t = useTranslations("Models.capabilities");
  return capabilities.map((capability) => (
    <Badge key={capability}>{isKnownCapability(capability) ? t(capability) : capability.replaceAll("_", " ")}</Badge>
  ));
}
