import { describe, expect, it } from "vitest";
import { ApiKeyInput, createApiKey } from "@/lib/auth";
import { ChannelBody, channelFromBody, putChannel } from "@/lib/catalog";
import { systemCtx } from "@/lib/ctx";
import { addPoolKey } from "@/lib/pool";
import { updateSettings } from "@/lib/settings";
import { nowMs } from "@/lib/time";
import { SecretText } from "@/lib/vault";
import { aGateway } from "../../support/a-gateway";

const gateway = aGateway();
const ctx = () => systemCtx("test", nowMs());
const ask = { model: "gpt-4", messages: [{ role: "user", content: "Reply with 5 tokens." }], max_tokens: 20 };

/** A caller whose key is pinned to a channel with an address of its own, which the room takes as it is given. */
async function callerThrough(host: string): Promise<string> {
  const { port } = new URL(gateway.sandbox.url());
  const channel = `at-${host.replaceAll(/[^a-z0-9]/g, "-")}`;
  const body = ChannelBody.parse({ provider: "openai", base_url: `http://${host}:${port}/openai/v1` });
  const { userId } = await gateway.caller();
  const made = await gateway.database().inTransaction(async (tx) => {
    await putChannel(tx, ctx(), channelFromBody(channel, body));
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
    const secret = await callerThrough(host);
    expect((await gateway.post(secret, ask)).status).toBe(502);
    expect(await gateway.sandbox.controls().log()).toEqual([]);
    await allowPrivate(true);
    expect((await gateway.post(secret, ask)).status).toBe(200);
    await allowPrivate(false);
    expect((await gateway.post(secret, ask)).status).toBe(502);
  });
});
