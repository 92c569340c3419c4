import { gzipSync } from "node:zlib";
import type { APIRequestContext } from "@playwright/test";
import { stack } from "./support/stack-address";
import { expect, grant, makeKey, send, signUp, test } from "./support/test";

const KIB = 1024;
const PUBLIC_MAX_KIB = 165;
const SIGNED_IN_MAX_KIB = 215;

/** What a page names of script, gzipped; what that fetches ahead once it runs comes sooner or later. Units: KiB. */
async function firstLoadKib(request: APIRequestContext, path: string): Promise<number> {
  const get = async (url: string) => (await request.get(new URL(url, stack().web).href)).body();
  const tags = (await get(path)).toString().match(/<script[^>]* src="[^"]+"[^>]*>/g) ?? [];
  const modern = tags.filter((tag) => !/ nomodule/i.test(tag));
  const files = new Set(modern.map((tag) => / src="([^"]+)"/.exec(tag)?.[1] ?? ""));
  expect(files.size, path).toBeGreaterThan(5);
  const sizes = await Promise.all([...files].map(async (file) => gzipSync(await get(file), { level: 9 }).length));
  return sizes.reduce((sum, size) => sum + size, 0) / KIB;
}

test("public pages load at most 165 KiB of script, signed-in ones 215 KiB, charts and palette aside", async ({
  page,
  request,
}) => {
  const found: Record<string, number> = {};
  for (const path of ["/", "/sign-in", "/sign-up", "/models"]) {
    found[path] = await firstLoadKib(request, path);
    expect.soft(found[path], path).toBeLessThanOrEqual(PUBLIC_MAX_KIB);
  }
  const person = await signUp(page);
  await grant(person, 100);
  const reply = await send(await makeKey(page, "Key"));
  const ofRequest = `/usage/${reply.headers.get("x-request-id")}`;
  for (const path of [
    "/overview",
    "/models",
    "/keys",
    "/usage",
    ofRequest,
    "/buy",
    "/contribute",
    "/transfers",
    "/settings",
  ]) {
    const name = path.startsWith("/usage/") ? "/usage/[id]" : path === "/models" ? "/models, signed in" : path;
    found[name] = await firstLoadKib(page.request, path);
    expect.soft(found[name], name).toBeLessThanOrEqual(SIGNED_IN_MAX_KIB);
  }
  const table = Object.entries(found).map(([path, kib]) => `${path} ${kib.toFixed(1)}`);
  test.info().annotations.push({ type: "first load KiB gzipped", description: table.join(", ") });
  process.stdout.write(`first load, KiB gzipped: ${table.join(", ")}\n`);
});
