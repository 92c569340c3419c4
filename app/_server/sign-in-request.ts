import { NextRequest } from "next/server";
import * as z from "zod";
import { ScripError } from "@/lib/errors";
import { isStorable, readJsonObject, readText } from "@/lib/http";
import { appUrl } from "./request";

// NextAuth answers what it can't make sense of with 500s: what reaches it was checked here.

const BODY_BYTES_MAX = 16 * 1024;
const JSON_TYPE = /^application\/json\b/i;
const FORM_TYPE = /^application\/x-www-form-urlencoded\b/i;
const CALLBACK_COOKIE = /^(?:__Secure-)?next-auth\.callback-url$/;

const isAddress = (text: string): boolean =>
  URL.canParse(text, text.startsWith("/") ? appUrl() : undefined) &&
  /^https?:$/.test(new URL(text, text.startsWith("/") ? appUrl() : undefined).protocol);

const Text = z.string().refine(isStorable);
const CallbackUrl = Text.refine(isAddress).optional();
const Query = z.object({
  callbackUrl: CallbackUrl,
  error: z
    .string()
    .regex(/^\w{1,64}$/)
    .optional(),
});
const Body = z.object({ callbackUrl: CallbackUrl }).catchall(z.union([Text, z.boolean()]));

const malformed = (what: string): ScripError => new ScripError("invalid_request", what);

/** The members of a body: of a JSON object, or a form's. Errors: `invalid_request`, `request_too_large`. */
async function readMembers(request: Request): Promise<Record<string, unknown>> {
  const type = request.headers.get("content-type") ?? "";
  if (JSON_TYPE.test(type)) return (await readJsonObject(request, BODY_BYTES_MAX)).object;
  const text = await readText(request, BODY_BYTES_MAX).catch((error: unknown) => {
    throw error instanceof ScripError ? error : malformed("The body is no text in UTF-8.");
  });
  if (FORM_TYPE.test(type)) return Object.fromEntries(new URLSearchParams(text));
  if (text === "") return {};
  throw malformed("Send the body as application/json or as application/x-www-form-urlencoded.");
}

/**
 * A request as NextAuth can read it: its query, its cookie and its body are of the forms that they must have.
 *
 * Errors: `invalid_request`, `request_too_large`.
 */
export async function readSignInRequest(request: NextRequest, path: readonly string[]): Promise<NextRequest> {
  if (!Query.safeParse(Object.fromEntries(request.nextUrl.searchParams)).success) {
    throw malformed("The query holds an address or an error's name that is none.");
  }
  if (request.cookies.getAll().some(({ name, value }) => CALLBACK_COOKIE.test(name) && !isAddress(value))) {
    throw malformed("The cookie of the address to go on to holds none. Delete it.");
  }
  if (request.method !== "POST") {
    if (path[0] === "callback") throw new ScripError("invalid_request", "Sign in by POST.", { status: 405 });
    return request;
  }
  const members = Body.safeParse(await readMembers(request));
  if (!members.success) throw malformed("The members of the body must be texts, and callbackUrl an address.");
  const headers = new Headers(request.headers);
  headers.set("content-type", "application/json");
  headers.delete("content-length");
  return new NextRequest(request.url, { method: "POST", headers, body: JSON.stringify(members.data) });
}
