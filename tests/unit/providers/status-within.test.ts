import { describe, expect, it } from "vitest";
import { readStatusWithin } from "@/lib/providers";

describe("an error that comes with a good status", () => {
  it("has the status that it names, or that of an overload; what is no error has none", () => {
    const texts: [string, number | null][] = [
      ['{"error":{"message":"No money","code":402}}', 402],
      ['{"error":{"message":"Busy","code":"429"}}', 429],
      ['{"error":{"message":"Overloaded","type":"overloaded_error"}}', 503],
      ['{"code":"x","error":"text"}', 503],
      ['[{"error":{"code":400,"status":"INVALID_ARGUMENT"}}]', 400],
      ['{"choices":[]}', null],
      ["<html>Sign in</html>", null],
      ["", null],
    ];
    for (const [text, status] of texts) expect([text, readStatusWithin(text)]).toEqual([text, status]);
  });
});
