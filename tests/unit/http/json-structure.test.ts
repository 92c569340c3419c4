import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JSON_BOUNDS, JsonScan } from "@/lib/http";

const LISTS = new Set(["prompt"]);

/** What a scan says of a text that comes in pieces of so many bytes. */
function scan(text: string, size = 65_536): string {
  const bytes = Buffer.from(text);
  const reader = new JsonScan(LISTS);
  try {
    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
    return "read";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
const list = (count: number, value: string) => `[${Array.from({ length: count }, () => value).join(",")}]`;
const object = (count: number, escaped = "") =>
  `{${Array.from({ length: count }, (_, at) => `"${escaped}n${at}":1`).join(",")}}`;
const within = (value: string) => `{"messages":${value}}`;

/** What is within a bound, what is one beyond it, and what is said of that. */
const BOUNDS: [string, string, string, string][] = [
  ["depth", within(nested(63)), within(nested(64)), "64 levels"],
  [
    "depth of objects",
    `${'{"a":'.repeat(64)}1${"}".repeat(64)}`,
    `${'{"a":'.repeat(65)}1${"}".repeat(65)}`,
    "64 levels",
  ],
  ["names in an object", within(object(1_000)), within(object(1_001)), "1000 names"],
  ["names with escapes", within(object(1_000, '\\u005c\\"')), within(object(1_001, '\\u005c\\"')), "1000 names"],
  // The object, its list, and what is in it.
  ["numbers", within(list(49_998, "1")), within(list(49_999, "1")), "50000 values"],
  ["texts", within(list(49_998, '"\\"[{"')), within(list(49_999, '"\\"[{"')), "50000 values"],
  ["literals", within(list(49_998, "null")), within(list(49_999, "null")), "50000 values"],
  ["objects", within(list(24_999, '{"a":1}')), within(list(25_000, '{"a":1}')), "50000 values"],
  ["numbers in a flat list", `{"prompt":${list(300_000, "7")}}`, `{"prompt":${list(300_001, "7")}}`, "300000 numbers"],
  [
    "numbers in lists in a list",
    `{"prompt":[${list(150_000, "-7")},${list(150_000, "7")}]}`,
    `{"prompt":[${list(150_001, "-7")},${list(150_000, "7")}]}`,
    "300000 numbers",
  ],
];

describe("the structure of a JSON body", () => {
  it.each(BOUNDS)("is bounded: %s", (_, good, bad, said) => {
    expect(JSON.parse(good)).toBeTypeOf("object");
    for (const size of [65_536, 1_000]) {
      expect(scan(good, size)).toBe("read");
      expect(scan(bad, size)).toContain(said);
    }
  });

  it("allows many numbers nowhere but in flat lists under the names that are known for them", () => {
    const many = list(50_001, "7");
    for (const text of [
      `{"prompts":${many}}`,
      `{"x":{"prompt":${many}}}`,
      `{"prompt":{"x":${many}}}`,
      `{"prompt":[[${many}]]}`,
      `{"prompt":[{"x":${many}}]}`,
      `{"prompt":1,"input":${many}}`,
      `{"prompt":${list(50_001, '"7"')}}`,
    ]) {
      expect(scan(text)).toContain("50000 values");
    }
  });

  it("is read alike however the bytes are cut, escapes and characters included", () => {
    const value = fc.jsonValue({ maxDepth: 6 });
    fc.assert(
      fc.property(value, fc.integer({ min: 1, max: 7 }), fc.constantFrom(0, 2), (json, size, indent) => {
        expect(scan(JSON.stringify({ json, text: '\\"é中😀\u0000' }, null, indent), size)).toBe("read");
      }),
    );
    const beyond = within(`[${object(1_001, '\\\\\\"中')}]`);
    for (const size of [1, 2, 3, 5, 64]) expect(scan(beyond, size)).toContain("1000 names");
  });

  it("is given up soon where it is no JSON at all", () => {
    for (const byte of [",", ":", "]", "}", '"a"', "1 ", "[", "{"]) {
      const text = `{"a":${byte.repeat(1_000_000)}`;
      expect(scan(text)).not.toBe("read");
    }
  });

  it("has the bounds that the documents name", () => {
    expect(JSON_BOUNDS).toEqual({ depth: 64, names: 1_000, values: 50_000, numbers: 300_000 });
  });
});
