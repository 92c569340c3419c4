import { stack } from "./support/stack-address";
import { expect, grant, makeKey, send, signUp, test, untilUsable } from "./support/test";

test("filters of usage are in the address, Back undoes them, and the export holds the same rows", async ({ page }) => {
  const person = await signUp(page);
  await grant(person, 100);
  const secret = await makeKey(page, "Key");
  for (let sent = 0; sent < 3; sent++) expect((await send(secret)).status).toBe(200);
  await page.goto(`${stack().web}/usage`);
  await untilUsable(page);
  const rows = page.getByRole("row").filter({ has: page.getByRole("cell", { name: "8", exact: true }) });
  await expect(rows).toHaveCount(3);

  await page.getByLabel("Status").selectOption("Failed");
  await expect(page).toHaveURL(/status=failed/);
  await expect(page.getByText("No requests for these filters")).toBeVisible();
  await page.goBack();
  await expect(rows).toHaveCount(3);

  const href = await page.getByRole("link", { name: "CSV" }).getAttribute("href");
  const csv = await (await page.request.get(`${stack().web}${href}`)).text();
  expect(csv.trim().split("\n")).toHaveLength(4);
  await expect(page.getByText(/Times in Europe\/Berlin, GMT\+[12]\b/)).toBeVisible();

  await page.getByRole("button", { name: "View as table" }).click();
  await expect(page.getByRole("region", { name: "Daily credits by model" })).toContainText("24");
});

test("pages of a list follow each other by the keyboard, from the newest to the first", async ({ page }) => {
  const person = await signUp(page);
  await grant(person, 1_000);
  const secret = await makeKey(page, "Key");
  for (let sent = 0; sent < 26; sent++) expect((await send(secret)).status).toBe(200);
  await page.goto(`${stack().web}/usage`);
  const rows = page.getByRole("row").filter({ has: page.getByRole("cell", { name: "8", exact: true }) });
  await expect(rows).toHaveCount(25);
  await page.getByRole("link", { name: "Older" }).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/after=/);
  await expect(rows).toHaveCount(1);
});
