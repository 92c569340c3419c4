import { describe } from "vitest";
import { hasRedis } from "@/tests/support/redis";
import { testLifecycle } from "./lifecycle";

describe.skipIf(!hasRedis())("a contributed key, with Redis", () => {
  testLifecycle(true);
});
