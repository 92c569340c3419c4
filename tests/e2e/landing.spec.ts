import { stack } from "./support/stack-address";
import { expect, test } from "./support/test";

const REFERENCE_FEE = 0.1;

async function setFee(fee: number): Promise<void> {
  const { web, adminKey } = stack();
  const response = await fetch(`${web}/api/v1/admin/settings`, {
    method: "PUT",
    headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json" },
    body: JSON.stringify({ contribution_fee: fee }),
  });
  expect(response.status, await response.clone().text()).toBe(200);
}

test("a link to a page shows what it leads to", async ({ request }) => {
  for (const [path, title] of [
    ["/", "Scrip · credits for every AI model"],
    ["/models/gpt-4", "gpt-4 · Scrip"],
  ] as const) {
    const html = await (
      await request.get(`${stack().web}${path}`, { headers: { "user-agent": "Twitterbot/1.0" } })
    ).text();
    expect(html).toContain(`<meta property="og:title" content="${title}"/>`);
    expect(html).toMatch(/<meta property="og:description" content="[^"]{20}/);
  }
});

test.afterAll(() => setFee(REFERENCE_FEE));

test("what a key can be worth is computed from the prices and the fee of now", async ({ page }) => {
  const example = page.locator("#contribute dl");
  await page.goto(stack().web);
  await expect(example.locator("dt")).toContainText([/requests/, /price/, "Fee, 10%", /granted/]);
  await expect(example.locator("dd")).toHaveText(["16,666", "83,330", "−8,333", "74,997 Credits"]);
  await setFee(0.125);
  // A web app whose database answers late shows what it knows of before.
  await expect(async () => {
    await page.reload();
    await expect(example).toContainText("Fee, 12.5%", { timeout: 1_000 });
  }).toPass();
  await expect(example.locator("dd")).toHaveText(["16,666", "83,330", "−10,416.25", "72,913.75 Credits"]);
});
