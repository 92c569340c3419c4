import { ADMIN, stack } from "./support/stack-address";
import { buyPack, expect, makeKey, openPalette, send, signIn, signUp, test, untilUsable } from "./support/test";

test("an admin finds a person by their address, and what is theirs by any id that they saw", async ({ browser }) => {
  const buyer = await (await browser.newContext()).newPage();
  const { email, userId } = await signUp(buyer);
  await buyPack(buyer, "Starter");
  const order = new URL(buyer.url()).pathname.split("/").at(-1) ?? "";
  const secret = await makeKey(buyer, "The key of a buyer");
  const requestId = (await send(secret)).headers.get("x-request-id") ?? "";
  const keys = await buyer.request.get(`${stack().web}/api/v1/keys`);
  const keyId = ((await keys.json()) as { data: { id: string }[] }).data[0]?.id ?? "";

  const page = await (await browser.newContext()).newPage();
  await signIn(page, ADMIN);
  await page.waitForURL("**/overview");
  await untilUsable(page);
  for (const id of [email, userId, order, keyId, requestId]) {
    await openPalette(page);
    await page.getByRole("combobox").fill(id);
    await page.getByRole("option", { name: `Find ${id}` }).click();
    await page.waitForURL(`**/admin/find?q=${encodeURIComponent(id)}`);
    await expect(page.getByRole("region", { name: "Accounts" })).toContainText(email);
  }
  await expect(page.getByRole("region", { name: "Requests" })).toContainText("gpt-4");
  await page.goto(`${stack().web}/admin/find?q=${order}`);
  await expect(page.getByRole("region", { name: "Orders" })).toContainText("Credited");
  await page.goto(`${stack().web}/admin/find?q=nobody@nowhere`);
  await expect(page.getByText("Nothing found")).toBeVisible();
});

test("for others there is nothing to find, and the title gives nothing away", async ({ page }) => {
  await signUp(page);
  for (const path of ["/admin", "/admin/find?q=a@b"]) {
    const response = await page.goto(`${stack().web}${path}`);
    expect(response?.status()).toBe(404);
    await expect(page.getByText("Page not found")).toBeVisible();
    expect(await page.title()).not.toMatch(/profit|loss|admin|find/i);
  }
});
