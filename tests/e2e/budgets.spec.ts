import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { stack } from "./support/stack-address";
import { expect, grant, makeKey, send, signUp, test } from "./support/test";

const KIB = 1024;
const PUBLIC_MAX_KIB = 165;
const SIGNED_IN_MAX_KIB = 215;

/** What a first visit loads of script, gzipped. Units: KiB. */
async function firstLoadKib(page: Page, path: string): Promise<number> {
  const sizes: Promise<number>[] = [];
  const onResponse = (response: Awaited<ReturnType<Page["waitForResponse"]>>) => {
    if (response.request().resourceType() !== "script") return;
    sizes.push(response.body().then((body) => gzipSync(body, { level: 9 }).length));
  };
  page.on("response", onResponse);
  await page.goto(`${stack().web}${path}`, { waitUntil: "load" });
  page.off("response", onResponse);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0) / KIB;
}

test("public pages load at most 165 KiB of script, signed-in ones 215 KiB, charts and palette aside", async ({
  page,
  browser,
}) => {
  const found: Record<string, number> = {};
  for (const path of ["/", "/sign-in", "/sign-up", "/models"]) {
    const fresh = await (await browser.newContext()).newPage();
    found[path] = await firstLoadKib(fresh, path);
    expect.soft(found[path], path).toBeLessThanOrEqual(PUBLIC_MAX_KIB);
  }
  const person = await signUp(page);
  await grant(person, 100);
  const reply = await send(await makeKey(page, "Key"));
  const state = await page.context().storageState();
  const request = `/usage/${reply.headers.get("x-request-id")}`;
  for (const path of [
    "/overview",
    "/models",
    "/keys",
    "/usage",
    request,
    "/buy",
    "/contribute",
    "/transfers",
    "/settings",
  ]) {
    const fresh = await (await browser.newContext({ storageState: state })).newPage();
    const name = path.startsWith("/usage/") ? "/usage/[id]" : path === "/models" ? "/models, signed in" : path;
    found[name] = await firstLoadKib(fresh, path);
    expect.soft(found[name], name).toBeLessThanOrEqual(SIGNED_IN_MAX_KIB);
  }
  const table = Object.entries(found).map(([path, kib]) => `${path} ${kib.toFixed(1)}`);
  test.info().annotations.push({ type: "first load KiB gzipped", description: table.join(", ") });
  process.stdout.write(`first load, KiB gzipped: ${table.join(", ")}\n`);
});
