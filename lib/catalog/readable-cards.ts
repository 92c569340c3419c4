import type { Database } from "../db";
import { ScripError } from "../errors";
import { findCards } from "./catalog.store";
import type { CardVersion } from "./card";

/** Cards by their ids. One that was made unreadable is left out: the law on cards names it. */
export async function readableCards(database: Database, ids: Iterable<bigint>): Promise<Map<bigint, CardVersion>> {
  const cards = new Map<bigint, CardVersion>();
  for (const id of new Set(ids)) {
    const found = await findCards(database.reader, [id]).catch((error: unknown) => {
      if (error instanceof ScripError || error instanceof SyntaxError) return new Map<bigint, CardVersion>();
      throw error;
    });
    for (const [key, version] of found) cards.set(key, version);
  }
  return cards;
}
