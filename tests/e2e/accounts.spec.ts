import { stack } from "./support/stack-address";
import { askForAccount, expect, grant, makeKey, send, signIn, signUp, test, untilUsable } from "./support/test";

test("signing out ends the session, and signing in leads back to where one was going", async ({ page, context }) => {
  const person = await signUp(page);
  const cookies = await context.cookies();
  await page.getByRole("button", { name: "Account menu" }).click();
  await page.getByRole("menuitem", { name: "Sign out", exact: true }).click();
  await page.waitForURL("**/sign-in");

  // The cookie of before is worth nothing: its row is gone.
  await context.addCookies(cookies);
  await page.goto(`${stack().web}/keys`);
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fkeys$/);

  await untilUsable(page);
  await page.getByLabel("Email").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/keys");
});

test("a wrong password and an address that nobody has get the same answer", async ({ page }) => {
  const person = await signUp(page);
  await page.context().clearCookies();
  const texts: string[] = [];
  for (const email of [person.email, "nobody@e2e.test"]) {
    await signIn(page, { email, password: "not the password" });
    texts.push((await page.getByRole("alert").filter({ hasText: /\w/ }).first().textContent()) ?? "");
  }
  expect(texts[0]).toBe(texts[1]);
  expect(texts[0]).toContain("Incorrect email or password");
});

test("an address that has an account makes no second one, and isn't confirmed to have the first", async ({ page }) => {
  const person = await signUp(page);
  await page.context().clearCookies();
  await askForAccount(page, { email: person.email, password: "another long password" });
  const alert = page.getByRole("alert").filter({ hasText: /\w/ }).first();
  await expect(alert).toContainText("Couldn't create an account with these details");
  await expect(page).toHaveURL(/sign-up/);
});

test("ten wrong passwords are enough for one address, and don't lock out anybody else", async ({ page, browser }) => {
  const [victim, other] = [await signUp(page), await signUp(await (await browser.newContext()).newPage())];
  await page.context().clearCookies();
  for (let tries = 0; tries < 10; tries++) {
    await signIn(page, { email: victim.email, password: "a guess" });
    await expect(page.getByRole("alert").filter({ hasText: /\w/ }).first()).toContainText(
      "Incorrect email or password",
    );
  }
  await signIn(page, { email: victim.email, password: "another guess" });
  await expect(page.getByRole("alert").filter({ hasText: /\w/ }).first()).toContainText("Too many attempts");
  await signIn(page, other);
  await page.waitForURL("**/overview");
});

test("one address makes no more accounts an hour than an admin allows, and has to wait", async ({ page }) => {
  await signUp(page);
  await page.context().clearCookies();
  const { web, adminKey } = stack();
  const allow = (sign_ups_per_hour: number) =>
    page.request.put(`${web}/api/v1/admin/settings`, {
      headers: { authorization: `Bearer ${adminKey}` },
      data: { sign_ups_per_hour },
    });
  try {
    expect((await allow(1)).status()).toBe(200);
    await askForAccount(page, { email: "one-too-many@e2e.test", password: "a long password of theirs" });
    await expect(page.getByRole("alert").filter({ hasText: /\w/ }).first()).toContainText(
      "Too many attempts. Try again in",
    );
  } finally {
    await allow(1_000);
  }
});

test("signing out everywhere ends the other browser's session too", async ({ page, browser }) => {
  const person = await signUp(page);
  const elsewhere = await (await browser.newContext()).newPage();
  await signIn(elsewhere, person);
  await elsewhere.waitForURL("**/overview");
  await page.getByRole("button", { name: "Account menu" }).click();
  await page.getByRole("menuitem", { name: "Sign out everywhere" }).click();
  await page.waitForURL("**/sign-in");
  await elsewhere.goto(`${stack().web}/overview`);
  await expect(elsewhere).toHaveURL(/\/sign-in/);
});

test("another's request isn't found, just as one that doesn't exist", async ({ page, browser }) => {
  const owner = await signUp(page);
  await grant(owner, 100);
  const reply = await send(await makeKey(page, "Key"));
  const id = reply.headers.get("x-request-id");
  expect(id).toMatch(/^req_/);
  await page.goto(`${stack().web}/usage/${id}`);
  await expect(page.getByTestId("charge")).toBeVisible();

  const other = await (await browser.newContext()).newPage();
  await signUp(other);
  for (const path of [`/usage/${id}`, "/usage/req_00000000000000000000000000", "/usage/nonsense"]) {
    const response = await other.goto(`${stack().web}${path}`);
    expect(response?.status(), path).toBe(404);
    await expect(other.getByText("Page not found")).toBeVisible();
  }
});

test("the address after a sign-in can't lead to another site", async ({ page }) => {
  const person = await signUp(page);
  for (const next of ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]) {
    await page.context().clearCookies();
    await page.goto(`${stack().web}/sign-in?next=${encodeURIComponent(next)}`);
    await untilUsable(page);
    await page.getByLabel("Email").fill(person.email);
    await page.getByLabel("Password", { exact: true }).fill(person.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${stack().web}/overview`);
  }
});

test("an invitation is kept from the first page to the sign-up", async ({ page }) => {
  await page.goto(`${stack().web}/?ref=abcDEF1234`);
  await page.getByRole("link", { name: "Create an account" }).first().click();
  await expect(page.getByText("You were invited: abcDEF1234")).toBeVisible();
});

test("a new password wants the old one, and ends the other sessions", async ({ page, browser }) => {
  const person = await signUp(page);
  const elsewhere = await (await browser.newContext()).newPage();
  await signIn(elsewhere, person);
  await elsewhere.waitForURL("**/overview");
  await page.goto(`${stack().web}/settings`);
  await untilUsable(page);
  const fill = async (current: string) => {
    await page.getByLabel("Current password").fill(current);
    await page.getByLabel("New password").fill("another long password");
    await page.getByRole("button", { name: "Change password" }).click();
  };
  await fill("not the password");
  await expect(page.getByText("That isn't your current password.")).toBeVisible();
  await fill(person.password);
  await expect(page.getByText("Password changed")).toBeVisible();
  await elsewhere.goto(`${stack().web}/overview`);
  await expect(elsewhere).toHaveURL(/\/sign-in/);
});
