import type { Tx } from "../db";
import { insertWallet } from "./post.store";

/** Open an empty wallet and return its id. */
export async function openWallet(tx: Tx): Promise<bigint> {
  return insertWallet(tx);
}
