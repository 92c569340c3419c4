import { expect, it } from "vitest";
import { STOP_LIMIT_MS } from "@/scripts/start/children";
import { LIMITS } from "@/workers/gateway/limits";
import { aGateway, readText } from "../../support/a-gateway";
import { aSupplier, beginStream, saying } from "../../support/a-supplier";

const supplier = aSupplier();
const gateway = aGateway({ supplier: supplier.url, timings: { stopMs: 300 } });
const AT_LEAST_LEFT_MS = 4_000;
const BUSY_MS = 150;

it("leaves time for settling and for closing before its supervisor kills it", () => {
  expect(LIMITS.stopMs + LIMITS.settleMs).toBeLessThanOrEqual(STOP_LIMIT_MS - AT_LEAST_LEFT_MS);
});

it("settles a stream that outlasts its stop by what was delivered, on time by the clock however busy it is", async () => {
  const caller = await gateway.caller();
  const cut = new Promise<void>((resolve) => {
    supplier.play((response) => {
      beginStream(response);
      response.write(saying("One two three."));
      response.once("close", resolve);
    });
  });
  const ask = { model: "gpt-4", messages: [{ role: "user", content: "Count." }], max_tokens: 50, stream: true };
  const answer = await fetch(`${gateway.url()}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${caller.secret}` },
    body: JSON.stringify(ask),
  });
  const read = readText(answer);
  let turns = 0;
  const busy = setInterval(() => {
    turns++;
    const untilMs = performance.now() + BUSY_MS;
    while (performance.now() < untilMs);
  });
  const stopped = gateway.gateway().stop();
  await cut;
  clearInterval(busy);
  // Counted by looks, which come once a turn, it would be a turn for each 25 of the 300 ms.
  expect(turns).toBeLessThan(9);
  await stopped;
  expect((await read).text).toContain('"code":"upstream_error"');
  expect(await gateway.records(caller)).toMatchObject([{ status: "interrupted", isEstimated: true, requests: 0 }]);
  expect(await gateway.spent(caller)).toBeGreaterThan(0n);
});
