import { stack } from "./support/stack-address";
import { expect, openPalette, signUp, test, untilUsable } from "./support/test";

test("the skip link is the first stop and leads past the navigation", async ({ page }) => {
  await signUp(page);
  await page.goto(`${stack().web}/overview`);
  await untilUsable(page);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#content")).toBeFocused();
});

test("an account and a key are made without a mouse", async ({ page }) => {
  await page.goto(`${stack().web}/sign-up`);
  await untilUsable(page);
  await page.getByLabel("Email").focus();
  await page.keyboard.type(`keyboard-${process.pid}@e2e.test`);
  await page.keyboard.press("Tab");
  await page.keyboard.type("correct horse battery staple");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/overview");

  await openPalette(page);
  await expect(page.getByRole("combobox")).toBeFocused();
  await page.keyboard.type("create");
  await expect(page.getByRole("option", { selected: true })).toHaveText("Create an API key");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/keys?create=true");
  const name = page.getByLabel("Name", { exact: true });
  await expect(name).toBeFocused();
  await page.keyboard.type("By keyboard");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("new-key")).toBeFocused();
  const box = page.getByLabel("I've saved it");
  for (let steps = 0; steps < 20 && !(await box.evaluate((node) => node === document.activeElement)); steps++) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("new-key")).toBeHidden();
  await expect(page.getByRole("row").filter({ hasText: "By keyboard" })).toBeVisible();
});

test("every stop of the tab key can be seen", async ({ page }) => {
  await signUp(page);
  for (const path of ["/overview", "/models", "/keys", "/usage", "/buy", "/contribute", "/transfers", "/settings"]) {
    await page.goto(`${stack().web}${path}`);
    await untilUsable(page);
    const seen = new Set<string>();
    for (let steps = 0; steps < 60; steps++) {
      await page.keyboard.press("Tab");
      const stop = await page.evaluate(() => {
        const node = document.activeElement;
        if (!node || node === document.body) return null;
        const style = getComputedStyle(node);
        const box = node.getBoundingClientRect();
        const isMarked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
        return { name: node.outerHTML.slice(0, 400), isMarked: isMarked && box.width > 0 && box.height > 0 };
      });
      if (!stop || seen.has(stop.name)) break;
      seen.add(stop.name);
      expect(stop.isMarked, `${path}: ${stop.name}`).toBe(true);
    }
    expect(seen.size, path).toBeGreaterThan(5);
  }
});
