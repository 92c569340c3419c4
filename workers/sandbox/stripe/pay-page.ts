import { type RequestContext, sendBody } from "../http";
import type { Session } from "./objects";
import { ageSession, paySession } from "./sessions";

const escape = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f4f4f5;color:#18181b}
main{max-width:26rem;margin:10vh auto;padding:2rem;background:#fff;border-radius:8px;border:1px solid #d4d4d8}
h1{font-size:1.25rem;margin:0 0 1rem}p{margin:0 0 1rem}.amount{font-size:2rem;font-variant-numeric:tabular-nums}
button{display:block;width:100%;margin:.5rem 0 0;padding:.75rem;font:inherit;border-radius:6px;border:1px solid #71717a;background:#fff;color:#18181b;cursor:pointer}
button.pay{background:#0f766e;border-color:#0f766e;color:#fff}button:focus-visible{outline:3px solid #0d9488;outline-offset:2px}
[role=alert]{padding:.75rem;border:1px solid #b91c1c;border-radius:6px;color:#991b1b}
@media(prefers-color-scheme:dark){body{background:#18181b;color:#f4f4f5}main{background:#27272a;border-color:#52525b}
button{background:#27272a;color:#f4f4f5}[role=alert]{color:#fecaca;border-color:#f87171}}`;

function htmlOf(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>${STYLE}</style></head><body><main>${body}</main></body></html>`;
}

function amountOf({ amount_total: cents, currency }: Session): string {
  const text = String(cents).padStart(3, "0");
  return `${escape(currency.toUpperCase())} ${text.slice(0, -2)}.${text.slice(-2)}`;
}

function formPage(session: Session, alert: string | null): string {
  const form = (verb: string, label: string, style = ""): string =>
    `<form method="post" action="/pay/${escape(session.id)}/${verb}"><button${style} type="submit">${label}</button></form>`;
  const amount = amountOf(session);
  return htmlOf(
    `Pay ${amount}`,
    `<h1>Test payment</h1>${alert === null ? "" : `<p role="alert">${alert}</p>`}
<p class="amount">${amount}</p><p>No card is asked for and no money moves: this page stands in for Stripe's.</p>
${form("pay", `Pay ${amount}`, ' class="pay"')}${form("decline", "Decline the card")}${form("cancel", "Cancel and go back")}`,
  );
}

const DECLINED = "Your card was declined. Nothing was paid: pay another way, or go back.";

/** Answer `/pay/{session}` and its buttons, which work without scripts. */
export function answerPayPage(context: RequestContext): void {
  const { state, request, response, path } = context;
  const [, id = "", verb = ""] = /^\/([^/]+)(?:\/(pay|decline|cancel))?$/.exec(path) ?? [];
  const session = state.stripe.sessions.get(id);
  const show = (status: number, html: string): void =>
    sendBody(response, status, "text/html; charset=utf-8", html, { "cache-control": "no-store" });
  const leave = (to: string): void => void response.writeHead(303, { location: to, "content-length": 0 }).end();
  if (!session)
    return show(404, htmlOf("Not found", "<h1>There is no such payment</h1><p>Begin again in the shop.</p>"));
  ageSession(state.stripe, session);
  if (session.status === "complete") return leave(session.success_url);
  if (session.status === "expired") {
    return show(410, htmlOf("Expired", "<h1>This payment has expired</h1><p>Begin again in the shop.</p>"));
  }
  if (request.method !== "POST") return show(200, formPage(session, null));
  if (verb === "pay") return leave(paySession(state.stripe, session).success_url);
  if (verb === "cancel") return leave(session.cancel_url ?? session.success_url);
  show(402, formPage(session, DECLINED));
}
