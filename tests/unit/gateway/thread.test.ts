import { afterEach, describe, expect, it } from "vitest";
import { openLog } from "@/lib/log";
import { tokenizerOf } from "@/lib/providers";
import { createThread, type Thread, type ThreadLimits } from "../../../workers/gateway/threads/thread";
import type { ThreadJob } from "../../../workers/gateway/threads/thread-job";

process.env["LOG_LEVEL"] ??= "silent";
const threads: Thread[] = [];
const aThread = (limits: ThreadLimits = { jobMs: 60_000, heapMb: 512 }): Thread => {
  const thread = createThread(openLog("gateway"), limits);
  threads.push(thread);
  return thread;
};
afterEach(() => Promise.all(threads.splice(0).map((thread) => thread.stop())));

/** Memory that another thread can read, with a chat's request in it. */
function aBody(content: unknown): Uint8Array {
  const text = JSON.stringify({ model: "gpt-4", messages: [{ role: "user", content }] });
  const bytes = Buffer.from(new SharedArrayBuffer(Buffer.byteLength(text)));
  bytes.write(text);
  return bytes;
}
const parse = (bytes: Uint8Array): ThreadJob => ({
  kind: "parse",
  protocol: "openai",
  bytes,
  fields: [],
  isHashed: true,
});
const SMALL = aBody("Hi");

describe("a thread for large bodies", { timeout: 60_000 }, () => {
  it("takes accounts in turn, whatever each has waiting", async () => {
    const thread = aThread();
    const order: string[] = [];
    const run = (account: string) => thread.run(account, parse(SMALL), () => order.push(account));
    await Promise.all([run("a"), run("a"), run("a"), run("a"), run("b"), run("c"), run("b")]);
    expect(order).toEqual(["a", "a", "b", "c", "a", "b", "a"]);
  });

  it("gives back a refusal of the protocol as it is, and what it asks for without the body", async () => {
    const thread = aThread();
    const bad = aBody("Hi");
    Buffer.from(bad.buffer).write('{"model":7       ');
    await expect(thread.run("a", parse(bad))).rejects.toMatchObject({ code: "invalid_request", status: 400 });
    const large = aBody("word ".repeat(100_000));
    const parsed = (await thread.run("a", parse(large))) as object;
    expect(parsed).toMatchObject({ model: "gpt-4", isStreamed: false, values: {} });
    expect(JSON.stringify(parsed).length).toBeLessThan(2_000);
  });

  it("is started again after a job that broke it, which is refused as unavailable; the others are done", async () => {
    const thread = aThread({ jobMs: 60_000, heapMb: 64 });
    // More objects than 64 MB have room for, and than the scan of a body lets through.
    const large = aBody(Array.from({ length: 1_000_000 }, () => ({ a: [1] })));
    const jobs = [parse(SMALL), parse(large), parse(SMALL)].map((job) => thread.run("a", job));
    const [first, broken, last] = await Promise.allSettled(jobs);
    expect([first?.status, last?.status]).toEqual(["fulfilled", "fulfilled"]);
    expect(broken).toMatchObject({ status: "rejected", reason: { code: "unavailable" } });
  });

  it("gives up a job that takes too long", async () => {
    const thread = aThread({ jobMs: 1, heapMb: 512 });
    const job = { kind: "count_texts", tokenizer: tokenizerOf("openai", "gpt-4o"), texts: ["Hello"] } as const;
    await expect(thread.run("a", job)).rejects.toMatchObject({ code: "unavailable", status: 503 });
  });

  it("doesn't do what is refused right before it", async () => {
    const thread = aThread();
    const refuse = (): never => {
      throw new Error("no memory");
    };
    await expect(thread.run("a", parse(SMALL), refuse)).rejects.toThrow("no memory");
    await expect(thread.run("a", parse(SMALL))).resolves.toMatchObject({ model: "gpt-4" });
  });
});
