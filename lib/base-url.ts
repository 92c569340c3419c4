const EXAMPLE = "such as https://api.example.com/v1";

/** What stands between the scheme and the path, as the URL parser finds it: it takes backslashes for slashes. */
const authorityOf = (text: string): string => /^[a-z]+:[/\\]*([^/\\?#]*)/i.exec(text)?.[1] ?? "";

/**
 * What is wrong with a supplier's base URL, as the end of a sentence; null where nothing is.
 *
 * It is http or https, a host, a port and a path: paths are put behind it, and a key goes wherever it says. A query would
 * swallow the path, a fragment would drop it, and a user would be sent along as credentials.
 */
export function baseUrlProblem(text: string): string | null {
  if (/[\s\\\p{Cc}]/u.test(text)) return `may hold no spaces, backslashes or control characters, ${EXAMPLE}`;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    return `must be an http or https address, ${EXAMPLE}`;
  }
  if (authorityOf(text).includes("@")) return `may hold no user or password, ${EXAMPLE}: keys are added by themselves`;
  if (/[?#]/.test(text)) return `may hold no query or fragment, ${EXAMPLE}`;
  return null;
}
