import { readBalance } from "@/lib/ledger";
import { toPublicId } from "@/lib/ids";
import { listUsage } from "@/lib/usage";
import type { Live } from "../(account)/_components/live";
import { webDatabase } from "./database";

const EVERYTHING = { fromMs: null, toMs: null, model: null, apiKeyId: null, status: null };

/** What changes by itself while a page is open: the balance, and which request ended last. */
export async function readLive(wallet: bigint): Promise<Live> {
  const { reader } = webDatabase();
  const [balance, [latest]] = await Promise.all([
    readBalance(reader, wallet),
    listUsage(reader, { wallet, ...EVERYTHING }, { limit: 1, after: null }),
  ]);
  return {
    spendable: balance.spendableMicros,
    available: balance.availableMicros,
    held: balance.heldMicros,
    debt: balance.debtMicros,
    latestUsage: latest ? toPublicId("request", latest.id) : null,
  };
}
