import type { Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import { saveChannel } from "./catalog.store";
import type { Channel } from "./model";

/** Make or replace a channel. Gateways know of it in under a second. */
export async function putChannel(tx: Tx, ctx: Ctx, channel: Channel): Promise<void> {
  await saveChannel(tx, channel, ctx.nowMs);
  await bumpConfig(tx, "catalog");
}
