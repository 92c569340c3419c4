// Keys as suppliers write them, whole or masked, and the ids of their accounts. Source: suppliers' key formats.
const SECRETS: readonly RegExp[] = [
  /\bsk-[A-Za-z0-9*._…-]{4,}/g,
  /\b(?:gsk_|xai-|r8_|hf_|pplx-|key_|sk_)[A-Za-z0-9*_-]{8,}/g,
  /\bAIza[\w*-]{8,}/g,
  /\bAQ\.[\w-]{20,}/g,
  /\b(?:xa|ak)[*-][\w*-]{2,}/g,
  /\*{3,}\w*/g,
  /\bBearer\s+\S+/gi,
  /\b(?:org|proj|acct|user|team|workspace)[-_][A-Za-z0-9]{6,}\b/g,
  /\bprojects?[/_](?=[\w-]*\d)[\w-]+/g,
  /\baccounts?\/(?=[\w-]*\d)[\w-]+/g,
  /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi,
  /<ak-[^>]*>/g,
  /\b[0-9a-f]{32,}\b/gi,
];
const ADDRESSES = /https?:\/\/(?:platform|console|dash|dashboard|cloud|app)\.[^\s"'\\)]+/g;

/**
 * The text without keys, organisations, accounts and consoles of a supplier. `secret` is the key that was used: it is cut
 * whatever it looks like, and so is each part of one that is joined by colons.
 */
export function scrubText(text: string, secret: string): string {
  let scrubbed = text;
  for (const part of [secret, ...secret.split(":")]) {
    if (part.length >= 4) scrubbed = scrubbed.replaceAll(part, "[removed]");
  }
  for (const pattern of SECRETS) scrubbed = scrubbed.replace(pattern, "[removed]");
  return scrubbed.replace(ADDRESSES, "[removed]");
}
