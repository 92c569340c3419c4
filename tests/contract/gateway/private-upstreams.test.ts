import { describe, expect, it } from "vitest";
import { ApiKeyInput, createApiKey } from "@/lib/auth";
import { ChannelBody, channelFromBody, putChannel } from "@/lib/catalog";
import { systemCtx } from "@/lib/ctx";
import { addPoolKey } from "@/lib/pool";
import { updateSettings } from "@/lib/settings";
import { nowMs } from "@/lib/time";
import { SecretText } from "@/lib/vault";
import { aGateway } from "../../support/a-gateway";
import { aListener, PRIVATE_HOSTS } from "../../support/a-listener";

const gateway = aGateway();
const inside = aListener();
const ctx = () => systemCtx("test", nowMs());
const ask = { model: "gpt-4", messages: [{ role: "user", content: "Reply with 5 tokens." }], max_tokens: 20 };

let channels = 0;

/** A caller whose key is pinned to a channel with an address of its own, which the module takes as it is given. */
async function callerAt(baseUrl: string): Promise<string> {
  const channel = `own-address-${++channels}`;
  const { userId } = await gateway.caller();
  const made = await gateway.database().inTransaction(async (tx) => {
    await putChannel(tx, ctx(), { ...channelFromBody(channel, ChannelBody.parse({ provider: "openai" })), baseUrl });
    const secret = new SecretText(`sk-sandbox-openai-500usd-${channel}`);
    await addPoolKey(tx, ctx(), { channelId: channel, secret, quotaNanos: null });
    const key = ApiKeyInput.parse({ name: channel, channels: [channel] });
    return createApiKey(tx, ctx(), { userId, key, mayGiveAdmin: false });
  });
  await gateway.gateway().refresh();
  return made.secret;
}

async function allowPrivate(value: boolean): Promise<void> {
  const patch = { switches: { private_upstreams: value } };
  await gateway.database().inTransaction((tx) => updateSettings(tx, ctx(), patch));
  await gateway.gateway().refresh();
}

describe("a channel whose name leads into a private network by now", () => {
  it.each(["localhost", "127.0.0.1"])("isn't connected to, unless the setting allows it: %s", async (host) => {
    const { port } = new URL(gateway.sandbox.url());
    const secret = await callerAt(`http://${host}:${port}/openai/v1`);
    expect((await gateway.post(secret, ask)).status).toBe(502);
    expect(await gateway.sandbox.controls().log()).toEqual([]);
    await allowPrivate(true);
    expect((await gateway.post(secret, ask)).status).toBe(200);
    await allowPrivate(false);
    expect((await gateway.post(secret, ask)).status).toBe(502);
  });

  it.each(PRIVATE_HOSTS)("isn't connected to, however its address is written: %s", async (host) => {
    const secret = await callerAt(`http://${host}:${inside.port()}/v1`);
    expect((await gateway.post(secret, ask)).status).toBe(502);
    expect(inside.connections()).toBe(0);
  });
});

describe("a channel that was stored with more than an address", () => {
  it.each(["?x=", "#x"])("isn't called, since what stands behind the path would swallow it: %s", async (more) => {
    await allowPrivate(true);
    const secret = await callerAt(`http://127.0.0.1:${inside.port()}/v1${more}`);
    expect((await gateway.post(secret, ask)).status).toBe(502);
    expect(inside.connections()).toBe(0);
    await allowPrivate(false);
  });
});
