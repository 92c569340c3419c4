import { describe } from "vitest";
import { hasRedisServer } from "@/tests/support/own-redis";
import { testWholeLife } from "./whole-life";

describe.skipIf(!hasRedisServer())("a contributed key, with Redis", () => {
  testWholeLife(true);
});
