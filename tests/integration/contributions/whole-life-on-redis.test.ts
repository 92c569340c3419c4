import { describe } from "vitest";
import { hasRedis } from "@/tests/support/redis";
import { testWholeLife } from "./whole-life";

describe.skipIf(!hasRedis())("a contributed key, with Redis", () => {
  testWholeLife(true);
});
