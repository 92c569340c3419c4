import { stack } from "./support/stack-address";
import { expect, grant, makeKey, send, sendByClient, signUp, test, openPalette, untilUsable } from "./support/test";

test("a newcomer makes a key, sends a request, and sees 8 credits and how they came about", async ({ page }) => {
  const person = await signUp(page);
  await expect(page.getByText("1 of 4 done")).toBeVisible();
  await grant(person, 100);
  await expect(page.getByTestId("balance")).toContainText("100 Credits");

  const secret = await makeKey(page, "First key");
  await expect(page.getByRole("row").filter({ hasText: "First key" })).toBeVisible();
  await page.getByRole("link", { name: "Overview" }).first().click();
  await expect(page.getByText("Waiting for your first request…")).toBeVisible();

  const { data: completion, response: reply } = await sendByClient(secret);
  expect(completion.usage).toMatchObject({ prompt_tokens: 1_000, completion_tokens: 500, credits: 8 });
  await expect(page.getByTestId("balance")).toContainText("92 Credits");
  await expect(page.getByText("Get started")).toBeHidden();
  const row = page.getByRole("row").filter({ hasText: "gpt-4" });
  await expect(row.getByRole("cell", { name: "8", exact: true })).toBeVisible();

  await row.getByRole("link").click();
  await expect(page).toHaveURL(/\/usage\/req_/);
  const calculation = page.getByTestId("calculation");
  await expect(calculation.getByRole("row").filter({ hasText: "1,000 input tokens" })).toContainText("5");
  await expect(calculation.getByRole("row").filter({ hasText: "1,000 input tokens" })).toContainText(
    "1,000 × 5 / 1,000",
  );
  await expect(calculation.getByRole("row").filter({ hasText: "500 output tokens" })).toContainText("2.5");
  await expect(calculation.getByRole("row").filter({ hasText: "Rounded up to a whole credit" })).toContainText("0.5");
  await expect(page.getByTestId("charge")).toHaveText("8 Credits");
  expect(reply.headers.get("x-request-id")).toBe(new URL(page.url()).pathname.split("/").at(-1));

  await page.getByRole("link", { name: "Transactions" }).first().click();
  await expect(page.getByRole("row").filter({ hasText: "Charge" })).toContainText("−8");
  await expect(page.getByRole("row").filter({ hasText: "for a test" })).toContainText("+100");
});

test("a request that failed says that it was not charged", async ({ page }) => {
  const person = await signUp(page);
  await grant(person, 100);
  const secret = await makeKey(page, "Key");
  const order = JSON.stringify({ status: 400, count: 1 });
  await fetch(`${stack().sandbox}/_sandbox/next`, { method: "POST", body: order });
  expect((await send(secret)).status).toBe(400);
  await page.getByRole("link", { name: "Usage" }).first().click();
  const row = page.getByRole("row").filter({ hasText: "gpt-4" });
  await expect(row).toContainText("Not charged");
  await row.getByRole("link").click();
  await expect(page.getByText("Nothing was charged.")).toBeVisible();
  await expect(page.getByText("The provider rejected the request")).toBeVisible();
  await expect(page.getByTestId("balance")).toContainText("100 Credits");
});

test("a request that was refused is found by its id, and says what the program was told", async ({ page }) => {
  await signUp(page);
  const secret = await makeKey(page, "Key");
  const reply = await send(secret);
  expect(reply.status).toBe(402);
  const id = reply.headers.get("x-request-id") ?? "";
  const { error } = (await reply.json()) as { error: { message: string } };
  await page.goto(`${stack().web}/overview`);
  await untilUsable(page);
  await expect(async () => {
    await page.reload();
    await expect(page.getByText("Your last request failed.")).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await openPalette(page);
  await page.getByRole("combobox").fill(id);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/usage/${id}`);
  await expect(page.getByText(error.message)).toBeVisible();
  await expect(page.getByText("insufficient_credits")).toBeVisible();
  await page.goto(`${stack().web}/usage`);
  await expect(page.getByRole("row").filter({ hasText: "gpt-4" })).toContainText("Not charged");
});
