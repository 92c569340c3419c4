import { ADMIN, stack } from "./support/stack-address";
import { expect, signIn, signUp, test, untilUsable } from "./support/test";

test("150,000 credits against 1,234 + 567 + 89 dollars are a loss of 390, and the page says what to do", async ({
  page,
}) => {
  await signIn(page, ADMIN);
  await page.waitForURL("**/overview");
  await page.goto(`${stack().web}/admin`);
  await untilUsable(page);
  const { historyDay: day } = stack();
  const cells = page.getByRole("row").filter({ hasText: day }).getByRole("cell");
  const shown = { useInnerText: true };
  await expect(cells).toHaveText([day, "150,000", "$1,500.00", "$1,890.00", "−$390.00", "−26%"], shown);
  await expect(cells.last().locator("[data-hint]")).toHaveAttribute("data-hint", "−0.26");
  await page.setViewportSize({ width: 360, height: 780 });
  await expect(cells).toHaveText([/150,000 Cr$/, /^\$1,500.00\s+\$1,890.00$/, /^−\$390.00\s+−26%$/], shown);
  const box = page.getByRole("region", { name: "Breakdown" });
  expect(await box.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
  await page.setViewportSize({ width: 1280, height: 860 });

  await expect(page.getByTestId("alerts")).toContainText(/Ledger verified, \d+ checks/);
  const advice = page.getByTestId("advice");
  await expect(advice).toContainText("Raise the prices");
  await expect(advice).toContainText("Optimise routing");
  await expect(advice.getByRole("link")).toHaveText(["gpt-4", "claude-3"]);

  await page.getByText("Provider", { exact: true }).click();
  await expect(page).toHaveURL(/by=provider/);
  const costs = { Anthropic: "$567.00", Kling: "$89.00" };
  for (const [provider, cost] of Object.entries(costs)) {
    await expect(page.getByRole("row").filter({ hasText: provider }).getByRole("cell").nth(3)).toHaveText(cost);
    await expect(page.getByTestId("system-layer")).toContainText(cost);
  }
  await page.getByLabel("Range").selectOption("Today");
  await expect(page).toHaveURL(/range=today/);
  await expect(page.getByRole("row").filter({ hasText: "Kling" })).toBeHidden();
});

test("an order whose payment doesn't fit it is an alert, and no cash that came in", async ({ page }) => {
  const { web, sandbox, adminKey } = stack();
  const order = await fetch(`${web}/api/v1/checkout`, {
    method: "POST",
    headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json" },
    body: JSON.stringify({ usd: 5_000 }),
  });
  const { id } = (await order.json()) as { id: string };
  await fetch(`${sandbox}/_sandbox/stripe/pay/${id}`, { method: "POST", body: JSON.stringify({ amount: 600 }) });
  await signIn(page, ADMIN);
  await page.waitForURL("**/overview");
  const alerts = page.getByTestId("alerts");
  await expect(async () => {
    await page.goto(`${web}/admin`);
    await expect(alerts.getByRole("listitem").filter({ hasText: id }).last()).toContainText("paid USD 6 of USD 5000");
  }).toPass();
  await expect(page.getByTestId("cash-layer")).not.toContainText("$5,");
  // The example's credits were given away three days ago.
  const issued = page.getByTestId("credits-layer").getByRole("row").filter({ hasText: "Granted" }).getByRole("cell");
  await expect(issued.first()).toHaveText(/^1\d\d,\d{3}/);
});

test("an order of which more went back than was paid is an alert that names it", async ({ page }) => {
  const { web, sandbox, adminKey } = stack();
  const headers = { authorization: `Bearer ${adminKey}`, "content-type": "application/json" };
  const order = await fetch(`${web}/api/v1/checkout`, { method: "POST", headers, body: JSON.stringify({ usd: 7 }) });
  const { id } = (await order.json()) as { id: string };
  const act = (verb: string, body: object) =>
    fetch(`${sandbox}/_sandbox/stripe/${verb}/${id}`, { method: "POST", body: JSON.stringify(body) });
  await act("pay", {});
  await act("refund", { amount: 300 });
  await act("dispute", { amount: 700 });
  await signIn(page, ADMIN);
  await page.waitForURL("**/overview");
  const alerts = page.getByTestId("alerts");
  await expect(async () => {
    await page.goto(`${web}/admin`);
    const row = alerts.getByRole("listitem").filter({ hasText: id }).last();
    await expect(row).toContainText("$3.00 refunded, $7.00 disputed");
  }).toPass();
  await expect(alerts).toContainText("refunds and disputes together sent back more than was paid");
});

test("profit and loss is for admins: others find nothing there, and no link to it", async ({ page }) => {
  await signUp(page);
  await expect(page.getByRole("link", { name: "Profit and loss" })).toHaveCount(0);
  const response = await page.goto(`${stack().web}/admin`);
  expect(response?.status()).toBe(404);
  await expect(page.getByText("Page not found")).toBeVisible();
});

test("a setting that lets packs lose money is an alert for as long as it holds", async ({ page }) => {
  const { web, adminKey } = stack();
  const pay = async (usd_per_100: number | null): Promise<void> => {
    const response = await fetch(`${web}/api/v1/admin/settings`, {
      method: "PUT",
      headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json" },
      body: JSON.stringify({ withdrawal: { usd_per_100 } }),
    });
    expect(response.status).toBe(200);
  };
  await signIn(page, ADMIN);
  await page.waitForURL("**/overview");
  const alerts = page.getByTestId("alerts");
  await pay(0.98);
  try {
    await page.goto(`${web}/admin`);
    await expect(alerts).toContainText("The pro pack ($90.00) can lose $1.11 an order");
    await expect(alerts).toContainText("Orders from $100.00 on can lose $0.2200 each");
    await expect(alerts).not.toContainText("The starter pack");
  } finally {
    await pay(null);
  }
  await page.reload();
  await expect(alerts).toContainText("Ledger");
  await expect(alerts).not.toContainText("can lose");
});
