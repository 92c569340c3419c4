import AxeBuilder from "@axe-core/playwright";
import type { BrowserContext, Page } from "@playwright/test";
import { openOffer } from "./support/contribute";
import { ADMIN, stack } from "./support/stack-address";
import {
  buyPack,
  expect,
  grant,
  makeKey,
  openPalette,
  send,
  signIn,
  signUp,
  test,
  textWithoutMoney,
  untilUsable,
} from "./support/test";

const SHOTS = ".scrip/screenshots";
const THEMES = ["light", "dark"] as const;
const WIDTHS = [360, 1280] as const;
/** A dollar amount, in words or as a sign: nothing that a user may see but where money changes hands. */
const DOLLARS = /\$\s?\d|USD\s?\d|\bUSD\b/;
const SETTLE_MS = 400;

type Shown = {
  name: string;
  path: string;
  open?: (page: Page) => Promise<void>;
  isOfMoney?: true;
  /** Its tables may be scrolled sideways. */
  hasWideTables?: true;
};

const PUBLIC: Shown[] = [
  { name: "landing", path: "/" },
  { name: "sign-in", path: "/sign-in" },
  { name: "sign-up", path: "/sign-up" },
  { name: "not-found", path: "/nowhere" },
  { name: "models-public", path: "/models" },
  { name: "model-public", path: "/models/gpt-4" },
];

const REFERENCE: Shown = { name: "docs-api", path: "/docs/api", hasWideTables: true };
/** Every theme and width once is enough for a page of fifty screens, which takes axe its time. */
const ONE_EACH = [
  ["light", 1280],
  ["dark", 360],
] as const;
const ALL = THEMES.flatMap((theme) => WIDTHS.map((width) => [theme, width] as const));

async function openCreateKey(page: Page): Promise<void> {
  await page.getByText("Scopes and limits").click();
}

async function openRefund(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Request a refund…" }).click();
  await page.getByRole("dialog").waitFor();
}

const CONTRIBUTED = "sk-sandbox-openai-500usd-look";

const signedIn = (requestId: string, order: string): Shown[] => [
  { name: "models", path: "/models" },
  { name: "models-none", path: "/models?q=nothing-like-it" },
  { name: "model", path: "/models/gpt-4" },
  { name: "buy", path: "/buy" },
  { name: "order", path: order },
  { name: "order-refund", path: order, open: openRefund },
  { name: "receipt", path: `${order}/receipt` },
  { name: "contribute", path: "/contribute" },
  { name: "contribute-offer", path: "/contribute", open: (page) => openOffer(page, CONTRIBUTED) },
  { name: "overview", path: "/overview" },
  { name: "keys", path: "/keys" },
  { name: "keys-create", path: "/keys?create=true", open: openCreateKey },
  { name: "usage", path: "/usage" },
  { name: "usage-none", path: "/usage?status=cancelled" },
  { name: "request", path: `/usage/${requestId}` },
  { name: "transfers", path: "/transfers" },
  { name: "settings", path: "/settings" },
  { name: "palette", path: "/overview", open: openPalette },
];

/** How far each table reaches beyond its box. */
const cutOff = (page: Page): Promise<number[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll("main table")]
      .map((table) => table.getBoundingClientRect().width - (table.parentElement?.clientWidth ?? 0))
      .filter((beyond) => beyond >= 1),
  );

/** Look at a page in both themes and widths: no serious finding of axe, no dollars, nothing wider than the screen. */
async function look(
  context: BrowserContext,
  shown: Shown[],
  ways: readonly (readonly [(typeof THEMES)[number], number])[] = ALL,
): Promise<void> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("404")) complaints.push(message.text());
  });
  for (const { name, path, open, isOfMoney, hasWideTables } of shown) {
    for (const [theme, width] of ways) {
      const where = `${name} ${theme} ${width}`;
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: width === 360 ? 780 : 860 });
      await page.goto(`${stack().web}${path}`);
      if (name !== "not-found") await untilUsable(page);
      await open?.(page);
      // The chart comes after the page.
      await page.waitForLoadState("networkidle").catch(() => undefined);
      await page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), SETTLE_MS);
      await page.screenshot({ path: `${SHOTS}/${name}-${theme}-${width}.png`, fullPage: true });
      const findings = (await new AxeBuilder({ page }).analyze()).violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 140)).join(" | ")}`);
      expect.soft(findings, where).toEqual([]);
      if (!isOfMoney) expect.soft(await textWithoutMoney(page), where).not.toMatch(DOLLARS);
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect.soft(beyond, `${where} is wider than the screen`).toBeLessThanOrEqual(0);
      if (!hasWideTables) expect.soft(await cutOff(page), `${where} cuts tables off`).toEqual([]);
    }
  }
  expect(complaints, "the browser complained of nothing, the content security policy included").toEqual([]);
}

test("public pages look right and are accessible in both themes and on a phone", async ({ browser }) => {
  test.setTimeout(600_000);
  await look(await browser.newContext(), PUBLIC);
});

test("the API's reference looks right and is accessible in both themes and on a phone", async ({ browser }) => {
  test.setTimeout(600_000);
  await look(await browser.newContext(), [REFERENCE], ONE_EACH);
});

test("an account's pages look right and are accessible in both themes and on a phone", async ({ page, context }) => {
  test.setTimeout(900_000);
  const person = await signUp(page);
  await grant(person, 12_450);
  const secret = await makeKey(page, "Production");
  for (let sent = 0; sent < 6; sent++) await send(secret);
  const reply = await send(secret);
  await buyPack(page, "Pro");
  const order = new URL(page.url()).pathname;
  await look(context, signedIn(reply.headers.get("x-request-id") ?? "", order));
});

test("an admin's overview looks right and is accessible in both themes and on a phone", async ({ page, context }) => {
  test.setTimeout(600_000);
  await signIn(page, ADMIN);
  await page.waitForURL("**/overview");
  await look(context, [
    { name: "admin", path: "/admin", isOfMoney: true },
    { name: "admin-find", path: "/admin/find?q=e2e.test", isOfMoney: true, hasWideTables: true },
    { name: "admin-models", path: "/admin?by=model&range=7d", isOfMoney: true },
  ]);
});

test("a new account's empty pages look right and are accessible, too", async ({ page, context }) => {
  test.setTimeout(600_000);
  await signUp(page);
  await look(context, [
    { name: "empty-overview", path: "/overview" },
    { name: "empty-keys", path: "/keys" },
    { name: "empty-usage", path: "/usage" },
    { name: "empty-transfers", path: "/transfers" },
    { name: "empty-buy", path: "/buy" },
    { name: "empty-contribute", path: "/contribute" },
  ]);
});

test("the policy of scripts and styles is strict, and every page has a nonce of its own", async ({ request }) => {
  const nonces = new Set<string>();
  for (const path of ["/", "/sign-in", "/"]) {
    const response = await request.get(`${stack().web}${path}`, { headers: { accept: "text/html" } });
    const policy = response.headers()["content-security-policy"] ?? "";
    const nonce = /script-src 'self' 'nonce-([^']+)' 'strict-dynamic'/.exec(policy)?.[1] ?? "";
    expect(nonce.length).toBeGreaterThan(20);
    nonces.add(nonce);
    expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect(policy).toContain("form-action 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy.replace("style-src-attr 'unsafe-inline'", "")).not.toContain("unsafe");
    const html = await response.text();
    const scripts = html.match(/<script[^>]*>/g) ?? [];
    expect(scripts.filter((tag) => !tag.includes(`nonce="${nonce}"`))).toEqual([]);
    expect(response.headers()["x-powered-by"]).toBeUndefined();
    expect(response.headers()["x-content-type-options"]).toBe("nosniff");
  }
  expect(nonces.size).toBe(3);
});
