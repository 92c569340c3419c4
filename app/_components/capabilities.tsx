import { useTranslations } from "next-intl";
import { Badge } from "./ui/badge";

const CAPABILITIES = [
  "chat",
  "embedding",
  "image",
  "audio_transcription",
  "audio_speech",
  "video",
  "vision",
  "tools",
  "reasoning",
  "rerank",
] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** Whether the catalogue of texts has a name for a capability. */
export const isKnownCapability = (text: string): text is Capability => CAPABILITIES.some((known) => known === text);

/** What a model can do, in words. */
export function CapabilityBadges({ capabilities }: { capabilities: string[] }) {
  const t = useTranslations("Models.capabilities");
  return capabilities.map((capability) => (
    <Badge key={capability}>{isKnownCapability(capability) ? t(capability) : capability.replaceAll("_", " ")}</Badge>
  ));
}
