import { describe, expect, test } from "vitest";
import { AssertionError, ERROR_CODES, ScripError, type ErrorCode } from "@/lib/errors";
import { isPrivateAddress, readCursor, toPage, toProblem, writeCursor } from "@/lib/http";

const read = async (error: unknown) => {
  const response = toProblem(error, "req_1");
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
};

describe("a problem", () => {
  test("has the members of RFC 9457, a code, and says whether to retry", async () => {
    for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
      const { status, headers, body } = await read(new ScripError(code, "What to do."));
      expect(status).toBe(ERROR_CODES[code].status);
      expect(body).toMatchObject({ status, code, detail: "What to do.", request_id: "req_1" });
      expect(headers.get("content-type")).toBe("application/problem+json");
      expect(headers.get("x-should-retry")).toBe(String(ERROR_CODES[code].retry));
    }
  });

  test("of an unknown error shows nothing of its text", async () => {
    for (const error of [new Error("secret-canary"), new AssertionError("secret-canary"), "secret-canary", null]) {
      const { status, body } = await read(error);
      expect([status, body["code"]]).toEqual([500, "internal_error"]);
      expect(JSON.stringify(body)).not.toContain("secret-canary");
    }
  });

  test("can't be made to look like another by its members", async () => {
    const { status, body } = await read(
      new ScripError("not_found", "Gone.", { members: { status: 200, code: "ok", used: 3 } }),
    );
    expect([status, body["status"], body["code"], body["used"]]).toEqual([404, 404, "not_found", 3]);
  });

  test("says when to come back", async () => {
    const { headers } = await read(new ScripError("rate_limit_exceeded", "Later.", { retryAfterS: 7 }));
    expect(headers.get("retry-after")).toBe("7");
  });
});

describe("a cursor", () => {
  test("comes back as it was written, and nothing else is one", () => {
    expect(readCursor(writeCursor(["12", "a/é"]), 2)).toEqual(["12", "a/é"]);
    for (const text of ["", "x", writeCursor(["1"]), Buffer.from("[1,2]").toString("base64url"), "e30"]) {
      expect(() => readCursor(text, 2)).toThrow(ScripError);
    }
  });

  test("is there only when something follows", () => {
    const page = (rows: number[]) =>
      toPage(
        rows,
        2,
        (row) => [String(row)],
        (row) => row,
      );
    expect(page([1, 2]).next_cursor).toBeNull();
    expect(page([])).toEqual({ data: [], next_cursor: null });
    const { data, next_cursor: next } = page([1, 2, 3]);
    expect([data, next && readCursor(next, 1)]).toEqual([[1, 2], ["2"]]);
  });
});

test("addresses of private, local and reserved networks are distinguished from public ones", () => {
  const inside = [
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "192.168.1.1",
    "::1",
    "fd00::1",
    "::ffff:10.0.0.1",
    "0.0.0.0",
    "x",
  ];
  expect(inside.filter((address) => !isPrivateAddress(address))).toEqual([]);
  expect(["1.1.1.1", "8.8.8.8", "2606:4700::1111"].filter(isPrivateAddress)).toEqual([]);
});
