import { expect, type Page } from "@playwright/test";
import { untilUsable } from "./test";

/** Type a key on the page of contributions and ask what it is worth. */
export async function validate(page: Page, key: string): Promise<void> {
  await untilUsable(page);
  await page.getByLabel("OpenAI API key").fill(key);
  await page.getByRole("button", { name: "Validate" }).click();
}

/** As `validate`, until the offer stands. */
export async function openOffer(page: Page, key: string): Promise<void> {
  await validate(page, key);
  await expect(page.getByText(/^Verified! Estimated Value:/)).toBeVisible({ timeout: 30_000 });
}
