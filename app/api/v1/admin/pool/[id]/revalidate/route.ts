import { revalidatePoolKey } from "@/lib/pool";
import { actOnPoolKey } from "../../act";

export const POST = actOnPoolKey(
  "pool_key.revalidate",
  "Look at a supplier's key with its provider",
  "In the background: `health.checked_at` moves when it is done.",
  revalidatePoolKey,
);
