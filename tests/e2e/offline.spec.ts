import { stack } from "./support/stack-address";
import { expect, signUp, test, untilUsable } from "./support/test";

test("a form outlasts being offline, which is told, and goes through afterwards", async ({
  page,
  context,
  complaints,
}) => {
  await signUp(page);
  await page.goto(`${stack().web}/keys?create=true`);
  await untilUsable(page);
  await page.getByLabel("Name", { exact: true }).fill("Made on a train");
  await context.setOffline(true);
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByText("Can't reach Scrip.")).toBeVisible();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Made on a train");
  await context.setOffline(false);
  await expect(page.getByText("Can't reach Scrip.")).toHaveCount(0);
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByTestId("new-key")).toHaveValue(/^sk-scrip-/);
  // The browser says itself that a request didn't get through.
  complaints.list.length = 0;
});

test("keys do what the list of them says, and can be turned off", async ({ page }) => {
  await signUp(page);
  await untilUsable(page);
  await expect(async () => {
    await page.keyboard.press("?");
    await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expect(page.getByRole("dialog")).toContainText("Ctrl K");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("g");
  await page.keyboard.press("u");
  await page.waitForURL("**/usage");
  await page.keyboard.press("/");
  await expect(page.getByPlaceholder("Go to a page")).toBeVisible();
  // A letter that is typed is a letter.
  await page.keyboard.type("gk");
  await expect(page.getByPlaceholder("Go to a page")).toHaveValue("gk");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("?");
  await page.getByLabel("Single-letter shortcuts").uncheck();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("g");
  await page.keyboard.press("k");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  expect(new URL(page.url()).pathname).toBe("/usage");
});
