import { describe, expect, it } from "vitest";
import { createBodyMemory } from "../../../workers/gateway/read-body";

describe("the memory for bodies", () => {
  it("is refused beyond what all of them may take, and free again when one ends", () => {
    const memory = createBodyMemory(100);
    const [first, second] = [memory.begin("ada", 100), memory.begin("bo", 100)];
    first.take(40);
    first.take(40);
    second.take(20);
    expect(() => second.take(1)).toThrow(expect.objectContaining({ code: "unavailable", status: 503 }));
    first.end();
    first.end();
    second.take(80);
    expect(() => first.take(1)).toThrow("Too many");
  });

  it("is given back in part where only its parse needed it", () => {
    const memory = createBodyMemory(100);
    const share = memory.begin("ada", 100);
    share.take(20);
    share.take(80);
    share.give(80);
    memory.begin("bo", 100).take(80);
    expect(() => share.take(1)).toThrow("Too many");
    share.end();
    memory.begin("bo", 100).take(20);
  });

  it("leaves room for others, whatever one sender sends", () => {
    const memory = createBodyMemory(100);
    const strangers = [memory.begin("strangers", 20), memory.begin("strangers", 20)];
    strangers[0]?.take(15);
    expect(() => strangers[1]?.take(6)).toThrow("Too many");
    memory.begin("ada", 50).take(50);
    strangers[0]?.end();
    strangers[1]?.take(20);
  });
});
