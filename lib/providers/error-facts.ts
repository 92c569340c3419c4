import type { UpstreamAnswer } from "./adapter";

/**
 * An error as every supplier's envelope can be read: lower case, empty where absent. `message` holds the supplier's own
 * words alone: it is empty where the error is about a parameter, and what it quotes is cut out.
 */
export type ErrorFacts = { status: number; type: string; code: string; message: string; param: string };

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Plain text says what it says; JSON that was cut off could say anything.
    return /^\s*[[{]/.test(body) ? "" : body;
  }
}

const word = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value).toLowerCase() : "";

/** The reasons that Google writes into `details`, which say more than its status. */
function reasons(details: unknown): string {
  if (!Array.isArray(details)) return "";
  return details.map((detail: unknown) => (isObject(detail) ? word(detail["reason"]) : "")).join(" ");
}

// An apostrophe within a word is no quotation mark.
const QUOTE = /(?<!\w)['"`‘“«]|['"`’”»](?!\w)/g;

/**
 * A message without what it quotes: a caller writes that, and could have it say that a key is empty or refused. What is
 * quoted may hold quotation marks itself, so that all is cut from the first one to the last, or to the end where one is
 * left open.
 */
function ownWords(message: string, param: string): string {
  if (param !== "") return "";
  const places = [...message.matchAll(QUOTE)].map(({ index }) => index);
  const [first, last] = [places[0], places.at(-1)];
  if (first === undefined || last === undefined) return message;
  return message.slice(0, first) + (places.length % 2 === 0 ? message.slice(last + 1) : "");
}

/**
 * Read a supplier's error, whichever envelope it has.
 *
 * Envelopes: `{error: {message, type, code}}` (OpenAI and most), an array around it (Gemini's compatible endpoint),
 * `{code, error: text}` (xAI), `{errors: [{code, message}]}` (Cloudflare), `{message, type, code}` (Mistral,
 * SiliconFlow), `{detail}` (FastAPI), plain text.
 */
export function readErrorFacts({ status, body }: Pick<UpstreamAnswer, "status" | "body">): ErrorFacts {
  const parsed = parse(body);
  const outer = Array.isArray(parsed) ? (parsed[0] as unknown) : parsed;
  if (!isObject(outer)) return { status, type: "", code: "", message: ownWords(word(outer), ""), param: "" };
  const listed: unknown = Array.isArray(outer["errors"]) ? outer["errors"][0] : undefined;
  const inner = isObject(outer["error"]) ? outer["error"] : isObject(listed) ? listed : outer;
  const text = [inner["message"], outer["error"], outer["detail"], outer["message"]]
    .map(word)
    .find((part) => part !== "");
  const param = word(inner["param"]);
  return {
    status,
    type: word(inner["type"]) || word(inner["status"]),
    code: `${word(inner["code"])} ${reasons(inner["details"])}`.trim(),
    message: ownWords(text ?? "", param),
    param,
  };
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const DURATION = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;
const DAY_MS = 86_400_000;
/** However long a supplier asks to wait: a key is tried again after ten minutes. */
const WAIT_MS_MAX = 600_000;

/** Read a duration as Go writes it: `12ms`, `1.5s`, `6m0s`. Null for anything else, negatives included. */
function readDurationMs(text: string): number | null {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return null;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(DURATION)) totalMs += Number(amount) * (UNITS_MS[unit ?? ""] ?? 0);
  return Math.ceil(totalMs);
}

function first(headers: UpstreamAnswer["headers"], name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.[0];
}

function secondsOrDate(text: string | undefined, nowMs: number): number | null {
  if (text === undefined) return null;
  const isNumber = /^\d+(?:\.\d+)?$/.test(text);
  const number = Number(text);
  if (isNumber && number * 1_000 <= DAY_MS) return Math.ceil(number * 1_000);
  // Some write a time instead: a date, or seconds or milliseconds since 1970. What isn't within a day is no wait at all.
  const times = isNumber ? [number * 1_000, number] : [Date.parse(text)];
  const at = times.find((time) => Math.abs(time - nowMs) <= DAY_MS);
  return at === undefined ? null : Math.max(0, Math.ceil(at - nowMs));
}

/** The reset of whichever limit has nothing left. Some suppliers write -1 there, which says nothing. */
function resetMs(headers: UpstreamAnswer["headers"]): number | null {
  let longest: number | null = null;
  for (const what of ["requests", "tokens"]) {
    if (first(headers, `x-ratelimit-remaining-${what}`) !== "0") continue;
    const text = first(headers, `x-ratelimit-reset-${what}`) ?? "";
    const waitMs = readDurationMs(/^\d+(?:\.\d+)?$/.test(text) ? `${text}s` : text);
    if (waitMs !== null) longest = Math.max(longest ?? 0, waitMs);
  }
  return longest;
}

/**
 * How long the supplier asks to wait: its headers, else what its error's text says; null where it says nothing.
 *
 * Units: milliseconds, at most ten minutes.
 */
export function readRetryAfterMs({
  headers,
  body,
  nowMs,
}: Pick<UpstreamAnswer, "headers" | "body" | "nowMs">): number | null {
  const exact = first(headers, "retry-after-ms");
  if (exact !== undefined && /^\d+(?:\.\d+)?$/.test(exact)) return Math.min(Math.ceil(Number(exact)), WAIT_MS_MAX);
  const told =
    /"retryDelay"\s*:\s*"([^"]+)"/.exec(body)?.[1] ?? /try again in ([\d.]+(?:ms|s|m|h)[\d.a-z]*)/i.exec(body)?.[1];
  const waitMs =
    secondsOrDate(first(headers, "retry-after"), nowMs) ??
    (told === undefined ? null : readDurationMs(told.replace(/\.$/, ""))) ??
    resetMs(headers);
  return waitMs === null ? null : Math.min(waitMs, WAIT_MS_MAX);
}

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
/** Where a supplier runs, who pays for it, and what it has left. */
const OPERATORS: readonly RegExp[] = [
  /\b(?:https?|wss?):\/\/[^\s"'\\)<>\]]+/gi,
  /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g,
  /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b/g,
  /\[[0-9a-f]*(?::[0-9a-f]*){2,}\](?::\d{1,5})?/gi,
  /\b(?:[a-z0-9-]+\.)+(?:com|net|org|io|ai|dev|app|cloud|cn|local|internal|lan|svc)(?::\d{1,5})?\b(?:\/[^\s"'\\)]*)?/gi,
  /\blocalhost(?::\d{1,5})?\b/gi,
  /(?:US)?[$€¥£]\s?\d[\d,]*(?:\.\d+)?/g,
  /\b\d[\d,]*(?:\.\d+)?\s?(?:USD|EUR|CNY|dollars)\b/gi,
];

/**
 * The text without keys, organisations, accounts, hosts, e-mail addresses and amounts of a supplier. `secret` is the key that
 * was used: it is cut whatever it looks like, and so is each part of one that is joined by colons. What `isCallers` says the
 * caller sent, such as the address of an image, stays.
 */
export function scrubText(text: string, secret: string, isCallers: (part: string) => boolean = () => false): string {
  let scrubbed = text;
  for (const part of [secret, ...secret.split(":")]) {
    if (part.length >= 4) scrubbed = scrubbed.replaceAll(part, "[removed]");
  }
  for (const pattern of SECRETS) scrubbed = scrubbed.replace(pattern, "[removed]");
  for (const pattern of OPERATORS)
    scrubbed = scrubbed.replace(pattern, (part) => (isCallers(part) ? part : "[removed]"));
  return scrubbed;
}
