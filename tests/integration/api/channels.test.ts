import { expect, test } from "vitest";
import * as audit from "@/app/api/v1/admin/audit/route";
import * as channel from "@/app/api/v1/admin/channels/[id]/route";
import * as channelKeys from "@/app/api/v1/admin/channels/[id]/keys/route";
import * as pool from "@/app/api/v1/admin/pool/route";
import * as disable from "@/app/api/v1/admin/pool/[id]/disable/route";
import * as enable from "@/app/api/v1/admin/pool/[id]/enable/route";
import * as end from "@/app/api/v1/admin/pool/[id]/end/route";
import * as revalidate from "@/app/api/v1/admin/pool/[id]/revalidate/route";
import * as settings from "@/app/api/v1/admin/settings/route";
import { call, admin, useApi } from "@/tests/support/api";

useApi();

const readAudit = (query: Record<string, string> = {}) =>
  call("GET", "/admin/audit", audit.GET, { as: admin.key, query });
const body = { provider: "openai", discount: 0.85, priority: 2, weight: 3, default_quota: 1000 };
const putChannel = (id: string, change: object = {}) =>
  call("PUT", "/admin/channels/x", channel.PUT, { as: admin.key, params: { id }, body: { ...body, ...change } });

test("a channel comes back as it was put", async () => {
  expect((await putChannel("acme-openai")).status).toBe(200);
  const params = { id: "acme-openai" };
  const got = await call("GET", "/admin/channels/x", channel.GET, { as: admin.key, params });
  expect(got.body).toMatchObject(body);
});

test("a channel can't lead into our own network unless the operator says so", async () => {
  for (const base_url of [
    "http://127.0.0.1:9000/v1",
    "http://169.254.169.254/",
    "http://[::1]/",
    "http://localhost/",
  ]) {
    const refused = await putChannel("inside", { base_url });
    expect([refused.status, refused.body["code"]]).toEqual([422, "validation_failed"]);
  }
  const patch = (value: boolean | null) =>
    call("PUT", "/admin/settings", settings.PUT, { as: admin.key, body: { switches: { private_upstreams: value } } });
  await patch(true);
  expect((await putChannel("inside", { base_url: "http://127.0.0.1:9000/v1" })).status).toBe(200);
  await patch(null);
});

test("a supplier's key is added once, is never shown again, and can be switched off and on", async () => {
  await putChannel("pool-channel");
  const secret = "sk-upstream-canary-0123456789abcdef";
  const params = { id: "pool-channel" };
  const add = () =>
    call("POST", "/admin/channels/x/keys", channelKeys.POST, {
      as: admin.key,
      params,
      body: { api_key: secret, quota_usd: 5.25 },
    });
  const added = await add();
  expect([added.status, added.body["channel"]]).toEqual([201, "pool-channel"]);
  expect((await add()).body).toMatchObject({ status: 409, code: "duplicate_key" });
  const listed = await call("GET", "/admin/pool", pool.GET, { as: admin.key });
  expect(listed.body["data"]).toMatchObject([{ id: added.body["id"], state: "active", quota_left_usd: 5.25 }]);
  const at = { as: admin.key, params: { id: String(added.body["id"]) } };
  expect((await call("POST", "/admin/pool/x/disable", disable.POST, at)).body).toMatchObject({ state: "disabled" });
  const { body: log } = await readAudit({ subject_id: String(added.body["id"]), limit: "1" });
  expect(log["data"]).toMatchObject([
    { action: "pool_key.disable", before: { state: "active" }, after: { state: "disabled" } },
  ]);
  expect((await call("POST", "/admin/pool/x/revalidate", revalidate.POST, at)).status).toBe(409);
  expect((await call("POST", "/admin/pool/x/enable", enable.POST, at)).body).toMatchObject({ state: "active" });
  expect((await call("POST", "/admin/pool/x/revalidate", revalidate.POST, at)).status).toBe(200);
  for (const key of ["first", "second"]) {
    const headers = { "idempotency-key": key };
    expect((await call("POST", "/admin/pool/x/end", end.POST, { ...at, headers })).body).toMatchObject({
      state: "revoked",
      hint: "",
    });
  }
  expect((await call("POST", "/admin/pool/x/enable", enable.POST, at)).status).toBe(409);
  const { text } = await readAudit();
  expect(text).toContain("pool_key.add");
  expect(listed.text + text).not.toContain(secret);
});

test("a channel with keys stays with their provider, since they would open for no other", async () => {
  await putChannel("steady");
  expect((await putChannel("steady", { provider: "groq" })).status).toBe(200);
  const options = { as: admin.key, params: { id: "steady" }, body: { api_key: "gsk-upstream-0123456789" } };
  expect((await call("POST", "/admin/channels/x/keys", channelKeys.POST, options)).status).toBe(201);
  const refused = await putChannel("steady");
  expect([refused.status, refused.body["code"]]).toEqual([409, "state_conflict"]);
  expect((await putChannel("steady", { provider: "groq", discount: 0.5 })).status).toBe(200);
});

test("a key for a channel that isn't there is 404", async () => {
  const options = { as: admin.key, params: { id: "nowhere" }, body: { api_key: "sk-upstream-0123456789" } };
  expect((await call("POST", "/admin/channels/x/keys", channelKeys.POST, options)).status).toBe(404);
});
