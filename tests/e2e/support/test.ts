import { test as base, expect, type Page } from "@playwright/test";
import OpenAI from "openai";
import { stack } from "./stack-address";

const PASSWORD = "correct horse battery staple";
const USABLE_MS = 30_000;

/** Somebody with an account, signed in to the browser of this page. */
export type Person = { email: string; password: string; userId: string };

/** What a browser complained of: broken policies, errors of scripts, and what those printed as errors. */
export type Complaints = { readonly list: string[] };

function listen(page: Page, complaints: string[]): void {
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    const isExpected = /status of (401|404|422|429)/.test(message.text());
    if (message.type() === "error" && !isExpected) complaints.push(`${page.url()}: ${message.text()}`);
  });
}

/**
 * Wait until a page's script has taken over all that one can click or type into: a click before that would be an ordinary
 * one, and a text be lost. Parts of a page are taken over one after the other.
 */
export async function untilUsable(page: Page): Promise<void> {
  await page.waitForLoadState("load");
  await page.waitForFunction(
    () => {
      const nodes = [...document.querySelectorAll("button, input:not([type=hidden]), select, summary")];
      const isTaken = (node: Element) => Object.keys(node).some((name) => name.startsWith("__reactProps"));
      return nodes.length > 0 && nodes.every(isTaken);
    },
    null,
    { timeout: USABLE_MS },
  );
}

/** Open the palette by its keys. They are listened for a moment after the page can be used: they are pressed until it opens. */
export async function openPalette(page: Page): Promise<void> {
  await expect(async () => {
    await page.keyboard.press("Control+k");
    await expect(page.getByPlaceholder("Go to a page")).toBeVisible({ timeout: 1_000 });
  }).toPass();
}

let people = 0;

/** Ask for an account by filling in the form, whatever comes of it. */
export async function askForAccount(
  page: Page,
  { email, password }: Pick<Person, "email" | "password">,
): Promise<void> {
  await page.goto(`${stack().web}/sign-up`);
  await untilUsable(page);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
}

/** Sign up, as anybody would. */
export async function signUp(page: Page): Promise<Person> {
  people += 1;
  const email = `person-${process.pid}-${people}@e2e.test`;
  await askForAccount(page, { email, password: PASSWORD });
  await page.waitForURL("**/overview");
  const account = await page.request.get(`${stack().web}/api/v1/account`);
  const { id } = (await account.json()) as { id: string };
  return { email, password: PASSWORD, userId: id };
}

/** Sign in by filling in the form. */
export async function signIn(page: Page, { email, password }: Pick<Person, "email" | "password">): Promise<void> {
  await page.goto(`${stack().web}/sign-in`);
  await untilUsable(page);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Give somebody credits, as an admin does. */
export async function grant(person: Person, credits: number): Promise<void> {
  const { web, adminKey } = stack();
  const response = await fetch(`${web}/api/v1/admin/users/${person.userId}/grants`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${adminKey}`,
      "content-type": "application/json",
      "idempotency-key": `e2e-${person.userId}-${credits}`,
    },
    body: JSON.stringify({ credits, source: "promo", reason: "for a test" }),
  });
  expect(response.status, await response.clone().text()).toBe(201);
}

/** Make a key by the page's form; answers its secret. */
export async function makeKey(page: Page, name: string): Promise<string> {
  await page.goto(`${stack().web}/keys?create=true`);
  await untilUsable(page);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Create key" }).click();
  const secret = await page.getByTestId("new-key").inputValue();
  await page.getByLabel("I've saved it").check();
  await page.getByRole("button", { name: "Done" }).click();
  return secret;
}

/** 1,000 tokens in, 500 out, as the sandbox counts them. */
const PROMPT = `Reply with 500 tokens.${" pad".repeat(987)}`;

/** Send a request of 1,000 tokens in and 500 out through the gateway with a key. */
export async function send(secret: string, model = "gpt-4"): Promise<Response> {
  return fetch(`${stack().gateway}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: PROMPT }], max_tokens: 500 }),
  });
}

/** The same by an unmodified OpenAI client that was given the web port's address and a key; its reply, and the raw one. */
export async function sendByClient(secret: string, model = "gpt-4") {
  const client = new OpenAI({ apiKey: secret, baseURL: `${stack().web}/v1` });
  const request = { model, messages: [{ role: "user" as const, content: PROMPT }], max_tokens: 500 };
  return client.chat.completions.create(request).withResponse();
}

/** Press the pay page's button, and wait until the order has its credits. */
export async function payAndWait(page: Page): Promise<void> {
  await page.waitForURL(`${stack().sandbox}/**`);
  await page.getByRole("button", { name: /^Pay USD/ }).click();
  await page.waitForURL("**/buy/orders/pur_*");
  await expect(page.getByText("are in your balance")).toBeVisible({ timeout: USABLE_MS });
}

/** Buy a pack as anybody would: by its button, and through the pay page. */
export async function buyPack(page: Page, name: string): Promise<void> {
  await page.goto(`${stack().web}/buy`);
  await untilUsable(page);
  await page.getByRole("button", { name: `Buy the ${name} pack` }).click();
  await payAndWait(page);
}

/** What a page says, without what stands where money may. */
export async function textWithoutMoney(page: Page): Promise<string> {
  return page.evaluate(() => {
    const copy = document.body.cloneNode(true);
    if (!(copy instanceof HTMLElement)) return "";
    for (const node of copy.querySelectorAll("[data-money], script, style")) node.remove();
    const attributes = [...copy.querySelectorAll("*")].flatMap((node) =>
      ["aria-label", "data-hint", "title", "placeholder", "alt"].map((name) => node.getAttribute(name) ?? ""),
    );
    return [copy.textContent, ...attributes].join("\n");
  });
}

export const test = base.extend<{ complaints: Complaints }>({
  complaints: [
    async ({ page }, use) => {
      const list: string[] = [];
      listen(page, list);
      await use({ list });
      expect(list, "what the browser complained of").toEqual([]);
    },
    { auto: true },
  ],
});
export { expect };
