import { expect, it } from "vitest";
import { STOP_LIMIT_MS } from "@/scripts/start/children";
import { LIMITS } from "@/workers/gateway/limits";
import { aGateway } from "../../support/a-gateway";
import { aSupplier, beginStream, saying } from "../../support/a-supplier";

const supplier = aSupplier();
const gateway = aGateway({ supplier: supplier.url, timings: { stopMs: 300 } });
const AT_LEAST_LEFT_MS = 4_000;

it("leaves time for settling and for closing before its supervisor kills it", () => {
  expect(LIMITS.stopMs + LIMITS.settleMs).toBeLessThanOrEqual(STOP_LIMIT_MS - AT_LEAST_LEFT_MS);
});

it("settles a stream that outlasts its stop by what was delivered, on time by the clock however busy it is", async () => {
  const caller = await gateway.caller();
  const cut = new Promise<number>((resolve) => {
    supplier.play((response) => {
      beginStream(response);
      response.write(saying("One two three."));
      response.once("close", () => resolve(performance.now()));
    });
  });
  const ask = { model: "gpt-4", messages: [{ role: "user", content: "Count." }], max_tokens: 50, stream: true };
  const answer = await fetch(`${gateway.url()}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${caller.secret}` },
    body: JSON.stringify(ask),
  });
  const beganMs = performance.now();
  const busy = setInterval(() => {
    const untilMs = performance.now() + 150;
    while (performance.now() < untilMs);
  });
  const stopped = gateway.gateway().stop();
  expect((await cut) - beganMs).toBeLessThan(1_400);
  clearInterval(busy);
  await stopped;
  expect(await answer.text()).toContain('"code":"upstream_error"');
  expect(await gateway.records(caller)).toMatchObject([{ status: "interrupted", isEstimated: true, requests: 0 }]);
  expect(await gateway.spent(caller)).toBeGreaterThan(0n);
});
