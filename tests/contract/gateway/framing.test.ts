import { describe, expect, it } from "vitest";
import { aGateway, CREDIT } from "../../support/a-gateway";
import { aSupplier, beginStream, usageOf } from "../../support/a-supplier";

const supplier = aSupplier();
const gateway = aGateway({ supplier: supplier.url });
const PART = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "gpt-4" };
const word = (content: string | null, finish: string | null = null, index = 0): string =>
  `data: ${JSON.stringify({ ...PART, choices: [{ index, delta: content === null ? {} : { content }, finish_reason: finish }] })}`;
const usage = (report: object, more: object = {}): string =>
  `data: ${JSON.stringify({ ...PART, choices: [], usage: report, ...more })}`;
const [FIRST, LAST, TOTAL] = [word("Some"), word(" last words", "stop"), usage(usageOf(1_000, 500))];
const DONE = "data: [DONE]";

async function streamed(text: string, more: object = {}) {
  const caller = await gateway.caller();
  supplier.play((response) => {
    beginStream(response);
    response.end(text);
  });
  const body = { model: "gpt-4", messages: [{ role: "user", content: "Hi" }], stream: true, ...more };
  const answer = await gateway.post(caller.secret, body);
  const spent = await gateway.spent(caller);
  const [record] = await gateway.records(caller);
  return { text: answer.text, spent, record };
}

/** The objects of a reply's events. */
const eventsIn = (text: string): Record<string, unknown>[] =>
  text
    .split(/\r?\n\r?\n/)
    .filter((event) => event.startsWith("data: {"))
    .map((event) => JSON.parse(event.slice(6)) as Record<string, unknown>);

describe("however a stream frames its events, its words arrive and its report is charged", () => {
  it.each([
    ["as the standard has it", [FIRST, LAST, TOTAL, DONE].map((event) => `${event}\n\n`).join("")],
    ["the last event without its blank line", `${FIRST}\n\n${LAST}\n\n${TOTAL}\n`],
    ["the last event without any end", `${FIRST}\n\n${LAST}\n\n${TOTAL}`],
    ["carriage returns", [FIRST, LAST, TOTAL, DONE].map((event) => `${event}\r\n\r\n`).join("")],
    ["one newline apart", [FIRST, LAST, TOTAL, DONE].join("\n")],
    ["one carriage return and newline apart", [FIRST, LAST, TOTAL, DONE].join("\r\n")],
    ["the report behind the terminator", [FIRST, LAST, DONE, TOTAL].map((event) => `${event}\n\n`).join("")],
    ["no terminator", [FIRST, LAST, TOTAL].map((event) => `${event}\n\n`).join("")],
    ["a byte order mark", `\uFEFF${[FIRST, LAST, TOTAL, DONE].map((event) => `${event}\n\n`).join("")}`],
    ["names and delays without data", `retry: 3000\n\nevent: ping\n\n${FIRST}\n\n${LAST}\n\n${TOTAL}\n\n${DONE}\n\n`],
  ])("%s", async (_how, text) => {
    const { text: got, spent, record } = await streamed(text, { stream_options: { include_usage: true } });
    expect(eventsIn(got).map(({ choices }) => (choices as { delta: object }[])[0]?.delta)).toEqual([
      { content: "Some" },
      { content: " last words" },
      undefined,
    ]);
    expect(got).not.toMatch(/retry:|event:/);
    expect([spent, record?.status, record?.isEstimated]).toEqual([8n * CREDIT, "ok", false]);
  });
});

describe("of several reports the fullest that can be true holds", () => {
  it.each([
    ["zeros behind it", [TOTAL, usage(usageOf(0, 0))]],
    ["nothing behind it", [TOTAL, usage({})]],
    ["timings behind it", [TOTAL, usage({ queue_time: 0.1 })]],
    ["zeros before it", [usage(usageOf(0, 0)), TOTAL]],
    ["input and output apart", [usage({ prompt_tokens: 1_000 }), usage({ completion_tokens: 500, total_tokens: 500 })]],
    ["what can't be true behind it", [TOTAL, usage(usageOf(1_000, 9_000_000_000))]],
    ["a running count in every chunk", [usage(usageOf(1_000, 1)), usage(usageOf(1_000, 250)), TOTAL]],
  ])("%s", async (_where, reports) => {
    const text = [FIRST, LAST, ...reports, DONE].map((event) => `${event}\n\n`).join("");
    const { spent, record } = await streamed(text);
    expect([spent, record?.isEstimated]).toEqual([8n * CREDIT, false]);
  });
});

describe("figures", () => {
  const inEach = [
    word("Some").replace("}]}", `}],"usage":${JSON.stringify(usageOf(1_000, 1))}}`),
    word(" last words", "stop").replace("}]}", `}],"usage":${JSON.stringify(usageOf(1_000, 500))}}`),
    DONE,
  ];
  const text = inEach.map((event) => `${event}\n\n`).join("");

  it("of chunks that aren't the last become null where the caller asked for usage", async () => {
    const { text: got } = await streamed(text, { stream_options: { include_usage: true } });
    const events = eventsIn(got);
    expect(events.map(({ usage: report }) => report)).toEqual([null, null, { ...usageOf(1_000, 500), credits: 8 }]);
    expect(events.at(-1)?.["id"]).toBe(PART.id);
  });

  it("go where the caller didn't", async () => {
    const { text: got } = await streamed(text);
    expect(eventsIn(got).map((event) => "usage" in event)).toEqual([false, false]);
  });

  it("never come with an empty id", async () => {
    const body = [FIRST, LAST, usage(usageOf(1_000, 500), { id: "" }), DONE].map((event) => `${event}\n\n`).join("");
    const { text: got } = await streamed(body, { stream_options: { include_usage: true } });
    expect(eventsIn(got).map(({ id }) => id)).toEqual([PART.id, PART.id, PART.id]);
  });
});

describe("a stream of two choices", () => {
  it.each([
    ["of which one breaks off", [word("One.", "stop", 0), word("Two goes", null, 1)], "interrupted"],
    ["of which one never comes", [word("One.", "stop", 0)], "interrupted"],
    ["which both end", [word("One.", "stop", 0), word("Two.", "length", 1)], "ok"],
  ])("%s", async (_how, events, status) => {
    const { text, record } = await streamed(events.map((event) => `${event}\n\n`).join(""), { n: 2 });
    expect([record?.status, text.includes("[DONE]")]).toEqual([status, status === "ok"]);
  });
});
