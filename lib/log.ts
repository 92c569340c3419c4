import { pino, stdTimeFunctions, type Logger } from "pino";
import { logLevel } from "./env";

/** A process's log: one JSON object a line on standard output. */
export type Log = Logger;

// Bodies are never passed to a log; these names are cut wherever an object carries them, at the top or one level down.
const SECRET_NAMES = [
  "authorization",
  "cookie",
  "set-cookie",
  "x-api-key",
  "x-goog-api-key",
  "x-scrip-otp",
  "x-scrip-web-port",
  "proxy-authorization",
  "password",
  "secret",
  "token",
  "apiKey",
  "api_key",
  "databaseUrl",
  "redisUrl",
  "body",
];
const REDACTED = SECRET_NAMES.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);
const SECRET_TEXT = /\b(sk-[A-Za-z0-9_-]{4})[A-Za-z0-9_-]{8,}|\b(Bearer\s+)\S+|(:\/\/[^\s:/@]+:)[^\s@/]+(?=@)/g;

/** The text with keys, bearer tokens and passwords of addresses cut out. */
export function withoutSecrets(text: string): string {
  return text.replace(
    SECRET_TEXT,
    (_, key?: string, bearer?: string, address?: string) => `${key ?? bearer ?? address ?? ""}…`,
  );
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return withoutSecrets(String(error));
  return {
    type: error.name,
    message: withoutSecrets(error.message),
    stack: withoutSecrets(error.stack ?? ""),
    ...("code" in error ? { code: error.code } : {}),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

/**
 * A log whose lines name the process they come from.
 *
 * Pass errors as `error`. Keys, tokens, cookies and passwords are cut; bodies and query strings are never logged.
 */
export function openLog(name: string): Log {
  return pino({
    name,
    level: logLevel(),
    base: { name, pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: REDACTED, censor: "[cut]" },
    serializers: { error: describeError, err: describeError },
    hooks: {
      logMethod(args, method) {
        const [first, second, ...rest] = args;
        const cut = (value: unknown): unknown => (typeof value === "string" ? withoutSecrets(value) : value);
        // pino's overloads are wider than a tuple can say; the arguments keep their places.
        method.apply(this, [cut(first), cut(second), ...rest] as Parameters<typeof method>);
      },
    },
  });
}
