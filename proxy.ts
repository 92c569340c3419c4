import { type NextRequest, NextResponse } from "next/server";
import { isReferralCode, REFERRAL_COOKIE } from "./app/_server/referral";
import { refuseMethod } from "./app/_server/refuse-method";
import { webEnv } from "./lib/env";

const isDevelopment = process.env.NODE_ENV === "development";

function contentSecurityPolicy(nonce: string, isHttps: boolean): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ""}`,
    // The development server injects styles without a nonce.
    isDevelopment ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${isDevelopment ? " ws:" : ""}`,
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    ...(isHttps ? ["upgrade-insecure-requests"] : []),
  ].join("; ");
}

const SECURITY_HEADERS = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "strict-origin-when-cross-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
  "cross-origin-opener-policy": "same-origin",
} as const;

const REFERRAL_DAYS = 60;

/** Somebody came by an invitation: keep its code until they sign up, whichever way they do. */
function keepReferral(request: NextRequest, response: NextResponse, isHttps: boolean): void {
  const code = request.nextUrl.searchParams.get("ref");
  if (!code || !isReferralCode(code)) return;
  const maxAge = REFERRAL_DAYS * 24 * 60 * 60;
  response.cookies.set(REFERRAL_COOKIE, code, { maxAge, path: "/", sameSite: "lax", httpOnly: true, secure: isHttps });
}

/**
 * Gives each page its nonce and headers, and refuses methods that a call of the API doesn't know. It authenticates
 * nobody: pages, actions and routes each ask for the session.
 */
export function proxy(request: NextRequest): Response {
  const nonce = Buffer.from(crypto.randomUUID()).toString("base64");
  const isHttps = webEnv().appUrl.startsWith("https:");
  const policy = contentSecurityPolicy(nonce, isHttps);

  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  // So that a page behind a sign-in can send people back to where they were going.
  headers.set("x-path", request.nextUrl.pathname + request.nextUrl.search);
  headers.set("content-security-policy", policy);
  const refusal = refuseMethod(request.method, request.nextUrl.pathname);
  const response = refusal ? new NextResponse(refusal.body, refusal) : NextResponse.next({ request: { headers } });

  response.headers.set("content-security-policy", policy);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
  if (isHttps) response.headers.set("strict-transport-security", "max-age=63072000; includeSubDomains");
  keepReferral(request, response, isHttps);
  return response;
}

export const config = {
  matcher: ["/((?!_next/static|_next/image|favicon.ico|robots.txt|apple-touch-icon.png|logo.svg).*)"],
};
