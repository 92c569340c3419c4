import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { refuseOperatorAccess } from "@/lib/http";

const asked = (remoteAddress: string | undefined, headers: Record<string, string> = {}) =>
  ({ headers, socket: { remoteAddress } }) as Pick<IncomingMessage, "headers" | "socket">;

describe("what is for operators", () => {
  test.each(["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])(
    "is shown to %s where no token is set",
    (address) => {
      expect(refuseOperatorAccess(asked(address), null)).toBeNull();
    },
  );

  test.each(["10.0.0.7", "192.168.1.2", "203.0.113.9", "::ffff:10.0.0.7", "fd00::1", "", undefined])(
    "is not shown to %s where no token is set",
    (address) => expect(refuseOperatorAccess(asked(address), null)).toBe("not_here"),
  );

  test.each(["x-forwarded-for", "forwarded", "via", "x-real-ip"])(
    "is not shown to who comes through a proxy on this machine, which %s gives away",
    (name) => expect(refuseOperatorAccess(asked("127.0.0.1", { [name]: "127.0.0.1" }), null)).toBe("not_here"),
  );

  test("is shown for the token alone where one is set, from this machine too", () => {
    const answers = ["", "Bearer other", "Bearer token"].map((authorization) =>
      ["127.0.0.1", "203.0.113.9"].map((address) => refuseOperatorAccess(asked(address, { authorization }), "token")),
    );
    expect(answers).toEqual([
      ["token_missing", "token_missing"],
      ["token_missing", "token_missing"],
      [null, null],
    ]);
  });
});
