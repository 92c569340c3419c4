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
