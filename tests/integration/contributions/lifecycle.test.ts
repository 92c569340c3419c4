import { describe } from "vitest";
import { testLifecycle } from "./lifecycle";

describe("a contributed key", () => {
  testLifecycle(false);
});
