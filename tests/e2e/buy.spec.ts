import { stack } from "./support/stack-address";
import { buyPack, expect, makeKey, payAndWait, send, signUp, test, untilUsable } from "./support/test";

test("a pack is bought through the pay page, and its credits arrive by themselves", async ({ page }) => {
  await signUp(page);
  await buyPack(page, "Pro");
  await expect(page.getByTestId("balance")).toContainText("10,000 Credits");
  const steps = page.getByTestId("steps").getByRole("listitem");
  await expect(steps.filter({ hasText: "done" })).toHaveCount(3);
  await page.getByRole("link", { name: "Receipt" }).click();
  await expect(page.getByRole("article")).toContainText("10,000 Credits");
  await expect(page.getByRole("article")).toContainText("9,000 + 1,000 bonus");
  await expect(page.getByRole("article")).toContainText("$90.00");
  await page.goto(`${stack().web}/buy`);
  await expect(page.getByRole("row").filter({ hasText: "10,000" })).toContainText("Credited");
  await page.goto(`${stack().web}/transfers`);
  await page.getByRole("link", { name: /^Order/ }).click();
  await page.waitForURL("**/buy/orders/pur_*");
});

test("any amount shows its bonus while one types, and the order brings just that", async ({ page }) => {
  await signUp(page);
  await page.goto(`${stack().web}/buy`);
  await untilUsable(page);
  const amount = page.getByLabel("US dollars");
  await amount.fill("4.99");
  await expect(page.getByText("The minimum is")).toBeVisible();
  await amount.fill("10.005");
  await expect(page.getByText("Use at most two decimals")).toBeVisible();
  await amount.fill("10,00,0");
  await page.getByRole("button", { name: "Continue to payment" }).click();
  await expect(page.getByText("Enter an amount such as")).toBeVisible();
  await amount.fill("10,000");
  await expect(page.getByTestId("preview")).toHaveText("1,100,000 Credits");
  await amount.fill("99.99");
  await expect(page.getByTestId("preview")).toHaveText("9,999 Credits");
  await amount.fill("123.45");
  await expect(page.getByTestId("preview")).toHaveText("13,579.5 Credits");
  await expect(page).toHaveURL(/\?usd=123\.45$/);
  await page.reload();
  await untilUsable(page);
  await expect(page.getByTestId("preview")).toHaveText("13,579.5 Credits");
  await page.getByRole("button", { name: "Continue to payment" }).click();
  await payAndWait(page);
  await expect(page.getByText("13,579.5 Credits are in your balance")).toBeVisible();
});

test("an order that was left on its pay page waits, and can be paid later", async ({ page }) => {
  await signUp(page);
  await page.goto(`${stack().web}/buy`);
  await untilUsable(page);
  await page.getByRole("button", { name: "Buy the Starter pack" }).click();
  await page.getByRole("button", { name: "Cancel and go back" }).click();
  await page.waitForURL("**/buy/orders/pur_*");
  await expect(page.getByText("You left the payment page and weren't charged.")).toBeVisible();
  // Nothing is under way: the next step is the buyer's.
  await expect(page.getByTestId("steps").getByText("in progress")).toBeVisible();
  await expect(page.getByTestId("steps").locator(".animate-spin")).toHaveCount(0);
  await untilUsable(page);
  await page.getByRole("button", { name: "Continue to payment" }).click();
  await payAndWait(page);
  await expect(page.getByTestId("balance")).toContainText("1,000 Credits");
});

test("a payment whose event is lost is told as received, credited, and never offered twice", async ({ page }) => {
  const deliver = (drop: boolean) =>
    fetch(`${stack().sandbox}/_sandbox/settings`, { method: "PUT", body: JSON.stringify({ stripe: { drop } }) });
  await signUp(page);
  await page.goto(`${stack().web}/buy`);
  await untilUsable(page);
  await page.getByRole("button", { name: "Buy the Starter pack" }).click();
  await page.waitForURL(`${stack().sandbox}/**`);
  await deliver(true);
  try {
    await page.getByRole("button", { name: /^Pay USD/ }).click();
    await page.waitForURL("**/buy/orders/pur_*");
    await expect(page.getByText(/Payment received, adding credits|are in your balance/)).toBeVisible();
    await expect(page.getByRole("button", { name: "Continue to payment" })).toBeHidden();
    await expect(page.getByText("1,000 Credits are in your balance")).toBeVisible({ timeout: 20_000 });
  } finally {
    await deliver(false);
  }
});

test("a refund says its exact amount before, and takes back what is left", async ({ page }) => {
  await signUp(page);
  await buyPack(page, "Starter");
  const order = page.url();
  expect((await send(await makeKey(page, "Key"))).status).toBe(200);
  await page.goto(order);
  await untilUsable(page);
  await expect(page.getByText("You get $9.92 back")).toBeVisible();
  await page.getByRole("button", { name: "Request a refund…" }).click();
  await expect(page.getByRole("dialog")).toContainText("992 Credits");
  await page.getByRole("dialog").getByRole("button", { name: "Refund $9.92" }).click();
  await expect(page.getByText("The refund is on its way")).toBeVisible();
  await expect(page.getByTestId("balance")).toContainText("0 Credits");
  await expect(page.getByRole("button", { name: "Request a refund…" })).toBeHidden();
});

test("another's order and its receipt aren't found", async ({ page, browser }) => {
  await signUp(page);
  await buyPack(page, "Starter");
  const order = page.url();
  const other = await (await browser.newContext()).newPage();
  await signUp(other);
  for (const url of [order, `${order}/receipt`]) expect((await other.goto(url))?.status(), url).toBe(404);
});
