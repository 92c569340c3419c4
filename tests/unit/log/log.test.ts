import { expect, test } from "vitest";
import { withoutSecrets } from "@/lib/log";

test("cuts keys, bearer tokens and passwords of addresses out of texts", () => {
  const text = withoutSecrets(
    "sk-scrip-0123456789abcdef, sk-ant-api03-abcdefghijkl, Authorization: Bearer abc.def, postgresql://u:hunter2@h/d",
  );
  for (const secret of ["0123456789abcdef", "api03-abcdefghijkl", "abc.def", "hunter2"])
    expect(text).not.toContain(secret);
});

test("leaves what is no secret as it was", () => {
  const text = "account usr_01, postgresql://127.0.0.1:5432/scrip, 12 credits";
  expect(withoutSecrets(text)).toBe(text);
});
