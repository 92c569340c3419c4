import { describe } from "vitest";
import { testWholeLife } from "./whole-life";

describe("a contributed key", () => {
  testWholeLife(false);
});
