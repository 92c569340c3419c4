import type { Tx } from "../db";
import { listChannels, readModels } from "./catalog.store";
import type { Catalogue } from "./catalogue";

/** Everything a gateway keeps of the catalogue: models with the card versions that hold at `nowMs` or later, channels. */
export async function loadCatalogue(reader: Tx, nowMs: number): Promise<Catalogue> {
  const models = await readModels(reader, nowMs);
  const channels = await listChannels(reader);
  return {
    models: new Map(models.map((model) => [model.id, model])),
    channels: new Map(channels.map((channel) => [channel.id, channel])),
  };
}
