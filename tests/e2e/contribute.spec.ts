import { openOffer, validate } from "./support/contribute";
import { ADMIN, stack } from "./support/stack-address";
import { buyPack, expect, grant, makeKey, send, signIn, signUp, test, untilUsable } from "./support/test";

const KEY = `sk-sandbox-openai-500usd-e2e${process.pid}`;

test("credits are bought, a key is contributed, both are used, and the admin sees both layers", async ({
  page,
  browser,
}) => {
  const contributor = await (await browser.newContext()).newPage();
  await signUp(contributor);
  await contributor.goto(`${stack().web}/contribute`);
  await openOffer(contributor, KEY);
  await expect(contributor.getByText("Verified! Estimated Value: 74,997 Credits (after 10% fee)")).toBeVisible();
  await expect(contributor.getByText("16,666")).toBeVisible();
  const contribute = contributor.getByRole("button", { name: "Contribute", exact: true });
  await expect(contribute).toBeDisabled();
  await contributor.getByLabel("This key is mine to share").check();
  await contribute.click();
  const mine = contributor.getByRole("row").filter({ hasText: "OpenAI" });
  await expect(mine).toContainText("Active");
  await expect(mine).toContainText("74,997");

  await signUp(page);
  await buyPack(page, "Starter");
  const secret = await makeKey(page, "Key");
  // Requests go to the contributed key and to the platform's in turn; the contributor sees what vested by itself.
  for (let sent = 0; sent < 8; sent++) expect((await send(secret)).status).toBe(200);
  await expect(page.getByTestId("balance")).toContainText("936 Credits");
  await expect(mine.getByRole("cell").nth(5)).not.toHaveText("0", { timeout: 30_000 });
  await expect(mine.getByRole("cell").nth(3)).not.toHaveText("0", { useInnerText: true });
  await contributor.setViewportSize({ width: 360, height: 740 });
  for (const name of ["Granted 74,997", "Value left", "Requests"]) {
    await expect(mine.getByText(name).filter({ visible: true })).toBeVisible();
  }
  const actions = await mine.getByRole("button", { name: /^Actions for/ }).boundingBox();
  expect(actions && actions.x + actions.width).toBeLessThanOrEqual(360);

  const admin = await (await browser.newContext()).newPage();
  await signIn(admin, ADMIN);
  await admin.waitForURL("**/overview");
  await admin.getByRole("link", { name: "Profit and loss" }).first().click();
  await expect(admin.getByTestId("credits-layer")).toContainText("spent in this range");
  await expect(admin.getByTestId("system-layer")).toContainText("OpenAI");
  await expect(admin.getByRole("row").filter({ hasText: /^Total.*\$/ })).toBeVisible();
  await untilUsable(admin);
  await admin.getByText("Model", { exact: true }).click();
  await expect(admin.getByRole("cell", { name: "gpt-4", exact: true })).toBeVisible();
});

test("what a contribution holds back is shown to its owner with the reason, on a phone too", async ({
  page,
  browser,
}) => {
  const contributor = await (await browser.newContext()).newPage();
  await signUp(contributor);
  await contributor.goto(`${stack().web}/contribute`);
  await openOffer(contributor, `${KEY}-cheap`);
  await expect(contributor.getByText("You're granted up to")).toBeVisible();
  await contributor.getByLabel("This key is mine to share").check();
  await contributor.getByRole("button", { name: "Contribute", exact: true }).click();

  const payer = await signUp(page);
  await grant(payer, 500);
  const secret = await makeKey(page, "Key");
  const { web, adminKey } = stack();
  const discounted = await fetch(`${web}/api/v1/admin/users/${payer.userId}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json" },
    body: JSON.stringify({ limits: { discount: 0.25 }, reason: "for a test" }),
  });
  expect(discounted.status).toBe(200);
  const row = contributor.getByRole("row").filter({ hasText: "OpenAI" });
  const told = () => row.getByText(/^[\d.]+ Credits? held back\.$/).filter({ visible: true });
  // Keys take turns.
  await expect(async () => {
    expect((await send(secret)).status).toBe(200);
    await expect(told()).toBeVisible({ timeout: 3_000 });
  }).toPass();
  await expect(row.getByText("Better-paid requests make up for it").filter({ visible: true })).toBeVisible();
  for (const theme of ["light", "dark"] as const) {
    await contributor.emulateMedia({ colorScheme: theme });
    for (const width of [1280, 360]) {
      await contributor.setViewportSize({ width, height: 780 });
      await expect(told()).toBeVisible();
      expect(await contributor.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      await contributor.screenshot({ path: `.scrip/screenshots/held-back-${theme}-${width}.png`, fullPage: true });
    }
  }
});

test("a contribution is paused, resumed and retired, each at once", async ({ page }) => {
  await signUp(page);
  await page.goto(`${stack().web}/contribute`);
  await openOffer(page, `${KEY}-mine`);
  await page.getByLabel("This key is mine to share").check();
  await page.getByRole("button", { name: "Contribute", exact: true }).click();
  const row = page.getByRole("row").filter({ hasText: "OpenAI" });
  const choose = async (intention: string) => {
    await row.getByRole("button", { name: /^Actions for/ }).click();
    await page.getByRole("menuitem", { name: intention }).click();
  };
  await expect(row).toContainText("Active");
  await choose("Pause");
  await expect(row).toContainText("Paused");
  const isOverAction = await page.evaluate(() => {
    scrollTo(0, document.body.scrollHeight);
    const action = document.querySelector("td button")?.getBoundingClientRect();
    return (
      action && document.elementFromPoint(action.x + action.width / 2, action.y + action.height / 2)?.closest("td")
    );
  });
  expect(isOverAction, "what was said lies over the row's action").toBeTruthy();
  await expect(page.getByText("The key is paused")).toBeVisible();
  await expect(row.getByText("Paused by you. Resume it any time.").filter({ visible: true })).toBeVisible();
  await choose("Resume");
  await expect(row).toContainText("Active");
  await choose("Top up…");
  // Toasts are dialogs, too.
  const dialog = page.getByRole("dialog", { name: /^(Top up|Retire)/ });
  await dialog.getByLabel("OpenAI API key").fill(`${KEY}-mine`);
  await dialog.getByRole("button", { name: "Validate" }).click();
  await expect(dialog.getByRole("alert")).toContainText("There isn't enough left on this key", { timeout: 30_000 });
  const account = `${stack().sandbox}/_sandbox/keys/${KEY}-mine`;
  expect((await page.request.put(account, { data: { quota_usd: 800 } })).ok()).toBe(true);
  await dialog.getByLabel("OpenAI API key").fill(`${KEY}-mine`);
  await dialog.getByRole("button", { name: "Validate" }).click();
  await dialog.getByLabel("This key is mine to share").check({ timeout: 30_000 });
  await dialog.getByRole("button", { name: "Top up", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(row).toContainText("119,99");
  await choose("Retire…");
  await expect(dialog).toContainText("119,99");
  await dialog.getByRole("button", { name: "Retire" }).click();
  await expect(row).toContainText("Retired");
  await expect(row.getByText("The key is destroyed; its unvested credits").filter({ visible: true })).toBeVisible();
  await expect(row.getByRole("button", { name: /^Actions for/ })).toHaveCount(0);
  await page.goto(`${stack().web}/transfers`);
  const taken = page.getByRole("row").filter({ hasText: "Reversed" });
  await expect(taken).toContainText("A key you contributed. Retired by you.");
});

test("an offer outlasts a reload, Back and another page, and says when it is over", async ({ page, browser }) => {
  await signUp(page);
  await page.goto(`${stack().web}/contribute`);
  await openOffer(page, `${KEY}-kept`);
  await expect(page).toHaveURL(/\?quote=qte_/);
  const address = page.url();
  const offer = page.getByText("Verified! Estimated Value: 74,997 Credits (after 10% fee)");
  await page.reload();
  await expect(offer).toBeVisible();
  await untilUsable(page);
  await page.getByRole("link", { name: "Transactions" }).first().click();
  await page.waitForURL("**/transfers");
  await page.goBack();
  await expect(offer).toBeVisible();

  const other = await (await browser.newContext()).newPage();
  await signUp(other);
  await other.goto(address);
  await untilUsable(other);
  await expect(other.getByText(/^Verified!/)).toHaveCount(0);

  await untilUsable(page);
  await page.getByLabel("This key is mine to share").check();
  await page.getByRole("button", { name: "Contribute", exact: true }).click();
  await expect(page.getByRole("row").filter({ hasText: "OpenAI" })).toContainText("Active");
  await expect(page).toHaveURL(`${stack().web}/contribute`);
  await page.goto(address);
  await expect(page.getByText("This offer has been used")).toBeVisible();
});

test("each refusal says what to do, and no key is ever in a page or an address", async ({ page }) => {
  const bodies: string[] = [];
  page.on("response", (response) => {
    if (response.url().startsWith(stack().web))
      void response.text().then(
        (text) => bodies.push(text),
        () => undefined,
      );
  });
  await signUp(page);
  await page.goto(`${stack().web}/contribute`);
  const canary = `sk-nobody-${process.pid}-canary-of-pages`;
  await validate(page, canary);
  const alert = page.getByRole("main").getByRole("alert");
  await expect(alert).toContainText("The provider rejected this key", { timeout: 30_000 });
  await validate(page, "short");
  await expect(alert).toContainText("The provider rejected this key");
  await validate(page, "sk-sandbox-openai-0usd");
  await expect(alert).toContainText("There isn't enough left on this key", { timeout: 30_000 });

  await page.getByText("Limit how much of it may be used").click();
  const cap = page.getByLabel("Maximum, in US dollars");
  await cap.fill("1,00,0");
  await validate(page, `${KEY}-twice`);
  await expect(page.getByText("Enter an amount such as 500")).toBeVisible();
  await cap.fill("");

  await openOffer(page, `${KEY}-twice`);
  await expect(page.getByLabel("OpenAI API key")).toHaveValue("");
  await page.getByLabel("This key is mine to share").check();
  await page.getByRole("button", { name: "Contribute", exact: true }).click();
  await expect(page.getByRole("row").filter({ hasText: "OpenAI" })).toContainText("Active");
  await validate(page, `${KEY}-twice`);
  await expect(alert).toContainText("has already been contributed", { timeout: 30_000 });

  await page.reload();
  await untilUsable(page);
  expect(page.url()).toBe(`${stack().web}/contribute`);
  for (const text of [...bodies, await page.content()]) {
    expect(text).not.toContain(canary);
    expect(text).not.toContain(`${KEY}-twice`);
  }
});
