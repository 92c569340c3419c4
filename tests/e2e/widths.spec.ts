import type { Page } from "@playwright/test";
import { ADMIN, stack } from "./support/stack-address";
import { buyPack, expect, makeKey, send, signIn, signUp, test, untilUsable } from "./support/test";

/** From a phone, which is also a desktop at 400%, to a desktop. Units: CSS pixels. */
const WIDTHS = Array.from({ length: 15 }, (_, step) => 320 + 80 * step);

/** What sticks out of the screen at some width, by width; a table may be scrolled within its own box. */
async function overflows(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    const beyond = await page.evaluate(() => {
      const isClipped = (element: Element | null): boolean => {
        if (!element || element === document.body) return false;
        return getComputedStyle(element).overflowX !== "visible" || isClipped(element.parentElement);
      };
      if (document.documentElement.scrollWidth > innerWidth) return ["the page scrolls sideways"];
      return [...document.querySelectorAll("header *, main *")]
        .filter((element) => {
          const { right, left, width: own } = element.getBoundingClientRect();
          const isOut = own > 1 && (right > innerWidth + 1 || left < -1) && !isClipped(element.parentElement);
          const spills =
            element.matches("header a, p, h1, h2, h3, button, main a") &&
            element.clientWidth > 1 &&
            getComputedStyle(element).overflowX === "visible" &&
            element.scrollWidth > element.clientWidth + 1;
          return isOut || spills;
        })
        .slice(0, 3)
        .map((element) => element.outerHTML.slice(0, 120));
    });
    if (beyond.length > 0) found.push(`${width}: ${beyond.join(" | ")}`);
  }
  return found;
}

async function expectFit(page: Page, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(`${stack().web}${path}`);
    await untilUsable(page);
    expect.soft(await overflows(page), path).toEqual([]);
  }
}

test("public pages fit every width from 320 to 1,440", async ({ page }) => {
  test.setTimeout(120_000);
  await expectFit(page, ["/", "/sign-in", "/sign-up", "/models", "/models/gpt-4", "/docs/api"]);
});

test("an account's pages fit every width from 320 to 1,440", async ({ page }) => {
  test.setTimeout(180_000);
  await signUp(page);
  await buyPack(page, "Pro");
  const order = new URL(page.url()).pathname;
  const secret = await makeKey(page, "A key with a name that is as long as names may be in a table");
  const requestId = (await send(secret)).headers.get("x-request-id");
  const pages = ["/overview", "/buy", order, `${order}/receipt`, "/keys", "/keys?create=true", "/usage"];
  await expectFit(page, [...pages, `/usage/${requestId}`, "/contribute", "/transfers", "/settings", "/models"]);
});

test("an admin's pages fit every width from 320 to 1,440", async ({ page }) => {
  test.setTimeout(120_000);
  await signIn(page, ADMIN);
  await expectFit(page, ["/admin", "/admin/find?q=e2e.test"]);
});
