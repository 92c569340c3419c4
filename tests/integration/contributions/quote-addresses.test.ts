import { beforeAll, describe, expect, it } from "vitest";
import { ChannelBody, channelFromBody, putChannel } from "@/lib/catalog";
import { systemCtx } from "@/lib/ctx";
import { nowMs } from "@/lib/time";
import type { Person } from "@/tests/support/api";
import { aListener, PRIVATE_HOSTS } from "@/tests/support/a-listener";
import {
  aContributor,
  aKey,
  askQuote,
  controls,
  database,
  setSettings,
  useContributions,
} from "@/tests/support/contributions";

useContributions();
const inside = aListener();
let person: Person;
beforeAll(async () => {
  await setSettings({ switches: { private_upstreams: false } });
  person = await aContributor();
});

function channelAt(baseUrl: string | null): Promise<void> {
  const body = ChannelBody.parse({ provider: "openai", base_url: baseUrl });
  return database.inTransaction((tx) => putChannel(tx, systemCtx("test", nowMs()), channelFromBody("openai", body)));
}

describe("a quote for a key of a channel with an address of its own", () => {
  it.each(PRIVATE_HOSTS)("makes no connection into a private network, in production's settings: %s", async (host) => {
    await channelAt(`http://${host}:${inside.port()}/v1`);
    const quoted = await askQuote(person, aKey());
    expect([quoted.status, quoted.body["code"]]).toEqual([503, "unavailable"]);
    expect(inside.connections()).toBe(0);
  });

  it("reaches a private network where the operator lets channels", async () => {
    await setSettings({ switches: { private_upstreams: true } });
    await channelAt(`http://127.0.0.1:${inside.port()}/v1`);
    await askQuote(person, aKey());
    expect(inside.connections()).toBeGreaterThan(0);
    await setSettings({ switches: { private_upstreams: false } });
  });

  it("still asks at the address that the environment names", async () => {
    await channelAt(null);
    expect((await askQuote(person, aKey())).status).toBe(201);
    expect((await controls().log()).length).toBeGreaterThan(0);
  });
});
