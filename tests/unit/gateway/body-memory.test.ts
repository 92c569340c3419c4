import { describe, expect, it } from "vitest";
import { createBodyMemory } from "../../../workers/gateway/body-memory";

describe("the memory for bodies", () => {
  it("is refused beyond what all of them may take, and free again when one ends", () => {
    const memory = createBodyMemory(100);
    const [first, second] = [memory.begin(), memory.begin()];
    first.take(40);
    first.take(40);
    second.take(20);
    expect(() => second.take(1)).toThrow(expect.objectContaining({ code: "unavailable", status: 503 }));
    first.end();
    first.end();
    second.take(80);
    expect(() => first.take(1)).toThrow("Too many");
  });
});
