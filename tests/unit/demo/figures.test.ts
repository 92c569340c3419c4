import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { figure } from "../../../scripts/demo/story";

let printed: string[] = [];
beforeEach(() => {
  printed = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => printed.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

test("a figure of the demo is printed, and one that differs is printed and stops it", () => {
  figure("Ada's credits", 1_000, 1_000);
  expect(() => figure("Ada's credits", 999.999999, 1_000)).toThrow("Ada's credits is 999.999999, and should be 1,000");
  expect(() => figure("left", undefined, 499.955)).toThrow("left is undefined, and should be 499.955");
  expect(printed.map((line) => line.trim().split(/ {2,}/).at(-1))).toEqual(["1,000", "999.999999", "undefined"]);
});
