import { NextRequest } from "next/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CALLS } from "@/app/api/v1/_document/calls";
import { METHODS_OF } from "@/app/api/v1/_document/methods";
import { openApi } from "@/tests/support/api";
import { proxy } from "../../../proxy";

let api: Awaited<ReturnType<typeof openApi>>;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

test("the list of methods has every call, and no other", () => {
  const listed = Object.entries(METHODS_OF).flatMap(([at, methods]) => methods.map((method) => `${method} ${at}`));
  expect(listed.toSorted()).toEqual(
    [...CALLS.map(({ method, path }) => `${method} ${path}`), "GET /openapi.json"].toSorted(),
  );
});

describe("a method that a path doesn't know", () => {
  const ask = (method: string, at: string) => proxy(new NextRequest(`http://127.0.0.1:3000/api/v1${at}`, { method }));

  test.each([
    ["PUT", "/balance", "GET, OPTIONS, HEAD"],
    ["HEAD", "/checkout", "POST, OPTIONS"],
    ["GET", "/contributions/quotes", "POST, OPTIONS"],
    ["PATCH", "/admin/models/openai%2Fgpt-4", "GET, PUT, OPTIONS, HEAD"],
    ["PROPFIND", "/openapi.json", "GET, OPTIONS, HEAD"],
  ])("is a problem that says which it does: %s %s", async (method, at, allowed) => {
    const response = ask(method, at);
    const read = (header: string) => response.headers.get(header);
    expect([response.status, read("allow"), read("x-should-retry"), read("content-type")]).toEqual([
      405,
      allowed,
      "false",
      "application/problem+json",
    ]);
    const detail = `There is no call ${method} /api/v1${at}. See /docs/api.`;
    expect(await response.json()).toMatchObject({ status: 405, code: "invalid_request", detail });
  });

  test.each([
    ["GET", "/balance"],
    ["HEAD", "/balance"],
    ["OPTIONS", "/checkout"],
    ["PATCH", "/contributions/quotes2"],
    ["GET", "/nothing"],
  ])("leaves %s %s to its route", (method, at) => {
    expect(ask(method, at).headers.get("x-middleware-next")).toBe("1");
  });

  test("of no call's path is of nothing that is there", async () => {
    const response = ask("PROPFIND", "/nothing");
    expect([response.status, response.headers.get("allow")]).toEqual([404, null]);
  });
});
