import { stack } from "./support/stack-address";
import { expect, grant, makeKey, send, signUp, test, untilUsable } from "./support/test";

test("a key is shown once, and its dialog can't be lost by Escape or a click beside it", async ({ page }) => {
  await signUp(page);
  await page.goto(`${stack().web}/keys?create=true`);
  await untilUsable(page);
  await page.getByLabel("Name", { exact: true }).fill("Once");
  await page.getByRole("button", { name: "Create key" }).click();
  const secret = await page.getByTestId("new-key").inputValue();
  expect(secret).toMatch(/^sk-scrip-[0-9A-Za-z]{40}$/);
  await page.keyboard.press("Escape");
  await page.mouse.click(5, 5);
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText("Tick the box first")).toBeVisible();
  await expect(page.getByTestId("new-key")).toBeVisible();
  for (const language of ["curl", "Python", "TypeScript"]) {
    await page.getByRole("tab", { name: language }).click();
    await expect(page.getByRole("tabpanel")).toContainText(secret);
    await expect(page.getByRole("tabpanel")).toContainText(`${stack().gateway}/v1`);
  }
  await page.getByLabel("I've saved it").check();
  await page.getByRole("button", { name: "Done" }).click();
  await page.reload();
  await expect(page.getByText(`sk-scrip-…${secret.slice(-4)}`)).toBeVisible();
  expect(await page.content()).not.toContain(secret);
});

test("Back doesn't lose a new key: the page stays and says why, and lets go once it is saved", async ({ page }) => {
  await signUp(page);
  await page.goto(`${stack().web}/usage`);
  await page.goto(`${stack().web}/keys?create=true`);
  await untilUsable(page);
  await page.getByLabel("Name", { exact: true }).fill("Kept");
  await page.getByRole("button", { name: "Create key" }).click();
  const secret = await page.getByTestId("new-key").inputValue();
  for (let n = 0; n < 2; n++) {
    await page.evaluate(() => history.back());
    await expect(page.getByText("Tick the box first")).toBeVisible();
    await expect(page.getByTestId("new-key")).toHaveValue(secret);
  }
  await page.getByLabel("I've saved it").check();
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText(`sk-scrip-…${secret.slice(-4)}`)).toBeVisible();
  await page.goBack();
  await page.waitForURL("**/usage");
});

test("limits of a key are chosen in the form and hold at the gateway", async ({ page }) => {
  const person = await signUp(page);
  await grant(person, 100);
  await page.goto(`${stack().web}/keys?create=true`);
  await untilUsable(page);
  await page.getByLabel("Name", { exact: true }).fill("From elsewhere");
  await page.getByText("Scopes and limits").click();
  await page.getByLabel("IP allowlist").fill("nonsense");
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByText("Enter IP addresses")).toBeVisible();
  await page.getByLabel("IP allowlist").fill("203.0.113.0/24");
  await page.getByLabel("Expiry").selectOption("7 days");
  await page.getByRole("button", { name: "Create key" }).click();
  const reply = await send(await page.getByTestId("new-key").inputValue());
  expect(reply.status).toBe(403);
  await page.getByLabel("I've saved it").check();
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("row").filter({ hasText: "From elsewhere" })).toContainText("1 IP range · until");
});

test("a key is renamed, rotated and revoked, each at once", async ({ page }) => {
  const person = await signUp(page);
  await grant(person, 100);
  const first = await makeKey(page, "Before");
  const open = async (name: string, intention: string) => {
    await page.getByRole("button", { name: `Actions for ${name}` }).click();
    await page.getByRole("menuitem", { name: intention }).click();
  };

  await open("Before", "Rename");
  await page.getByLabel("Name", { exact: true }).fill("After");
  await page.getByRole("button", { name: "Rename" }).click();
  await expect(page.getByRole("row").filter({ hasText: "After" })).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("row").filter({ hasText: "Before" })).toBeVisible();

  await open("Before", "Rotate");
  await page.getByRole("button", { name: "Rotate" }).click();
  const second = await page.getByTestId("new-key").inputValue();
  await page.getByLabel("I've saved it").check();
  await page.getByRole("button", { name: "Done" }).click();
  expect(second).not.toBe(first);
  await expect.poll(async () => (await send(first)).status, { timeout: 5_000 }).toBe(401);
  expect((await send(second)).status).toBe(200);

  await open("Before", "Revoke");
  await page.getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText("No keys yet")).toBeVisible();
  await expect.poll(async () => (await send(second)).status, { timeout: 5_000 }).toBe(401);
});
