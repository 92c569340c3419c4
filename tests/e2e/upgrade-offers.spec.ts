import { askOverOneConnection, OFFERS } from "../support/upgrade-offer";
import { stack } from "./support/stack-address";
import { expect, test } from "./support/test";

const PATHS = ["/sign-in", "/api/v1/packs", "/v1/models", "/_next/hmr", "/healthz"];

for (const [name, headers] of Object.entries(OFFERS)) {
  test(`an offer to upgrade (${name}) is answered as without it on every kind of route, and its connection is freed`, async () => {
    for (const path of PATHS) {
      const replies = await askOverOneConnection(stack().web, [{ path }, { path, headers }, { path }]);
      const [without] = replies;
      expect(
        replies.map(({ status }) => status),
        path,
      ).toEqual([without?.status, without?.status, without?.status]);
    }
    const body = JSON.stringify({ model: "gpt-4", messages: [{ role: "user", content: "Hello" }] });
    for (const path of ["/v1/chat/completions", "/api/v1/keys"]) {
      const replies = await askOverOneConnection(stack().web, [
        { method: "POST", path, headers, body },
        { path: "/healthz" },
      ]);
      expect(
        replies.map(({ status }) => status),
        path,
      ).toEqual([401, 200]);
    }
  });
}
