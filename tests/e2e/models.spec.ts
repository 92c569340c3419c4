import { stack } from "./support/stack-address";
import { expect, grant, signUp, test, untilUsable } from "./support/test";

const SLASHED = "@cf/openai/gpt-oss-120b";

test.beforeAll(async () => {
  const { web, adminKey } = stack();
  const rate = (meter: string, amount: number) => ({ meter, per: 1_000, amount });
  const response = await fetch(`${web}/api/v1/admin/models/${encodeURIComponent(SLASHED)}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json" },
    body: JSON.stringify({
      provider: "cloudflare",
      upstream_model: SLASHED,
      capabilities: ["chat"],
      context_tokens: 128_000,
      price: { rates: [rate("input_tokens", 0.049), rate("output_tokens", 0.105)], multiples: { cache_read: 0.1 } },
    }),
  });
  expect(response.status, await response.clone().text()).toBe(200);
});

test("anybody sees the prices, finds a model, and can share what they see by its address", async ({ page }) => {
  await page.goto(`${stack().web}/models`);
  await untilUsable(page);
  const gpt4 = page.getByRole("row").filter({ hasText: "gpt-4" });
  await expect(gpt4.getByRole("cell").nth(3)).toHaveText("5");
  await page.getByText("1M tokens").click();
  await expect(gpt4.getByRole("cell").nth(3)).toHaveText("5,000");
  await page.getByLabel("Search models").fill("oss 120b");
  await page.getByLabel("Provider", { exact: true }).selectOption("cloudflare");
  await expect(page.getByText(/^1 of \d+ models$/)).toBeVisible();
  await expect(page).toHaveURL(/per=1m/);
  await expect(page).toHaveURL(/provider=cloudflare/);
  await page.reload();
  await expect(page.getByText(/^1 of \d+ models$/)).toBeVisible();
  await expect(page.getByLabel("Search models")).toHaveValue("oss 120b");
  await untilUsable(page);
  await page.getByLabel("Search models").fill("nothing like it");
  await expect(page.getByText("No models found")).toBeVisible();
});

test("a model whose id holds slashes has a page with its prices, an example and code", async ({ page }) => {
  await page.goto(`${stack().web}/models`);
  await page.getByRole("link", { name: `Open ${SLASHED}` }).click();
  await expect(page).toHaveURL(/\/models\/%40cf\/openai\/gpt-oss-120b$/);
  await expect(page.getByRole("row").filter({ hasText: "Cached input (read)" })).toContainText("0.0049");
  // 1,000 × 0.049 / 1,000 + 500 × 0.105 / 1,000 = 0.1015, rounded up to the thousandth.
  await expect(page.getByTestId("charge")).toHaveText("0.102 Credits");
  for (const language of ["curl", "Python", "TypeScript"]) {
    await page.getByRole("tab", { name: language }).click();
    await expect(page.getByRole("tabpanel")).toContainText(`${stack().gateway}/v1`);
    await expect(page.getByRole("tabpanel")).toContainText(SLASHED);
  }
});

test("on a phone each model's name is there to its end", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 780 });
  await page.goto(`${stack().web}/models`);
  const name = page.getByRole("row").filter({ hasText: SLASHED }).getByText(SLASHED).filter({ visible: true });
  await expect(name).toHaveCount(1);
  expect(await name.evaluate((node) => node.scrollWidth - node.clientWidth)).toBeLessThanOrEqual(0);
});

test("who is signed in sees how many requests their balance pays for", async ({ page }) => {
  const person = await signUp(page);
  await grant(person, 100);
  await page.goto(`${stack().web}/models?q=gpt-4`);
  // 100 credits at 8 a request.
  await expect(page.getByRole("row").filter({ hasText: "gpt-4" })).toContainText("≈ 12 requests");
});

test("a model that isn't there is not found", async ({ page }) => {
  const response = await page.goto(`${stack().web}/models/no/such-model`);
  expect(response?.status()).toBe(404);
});
