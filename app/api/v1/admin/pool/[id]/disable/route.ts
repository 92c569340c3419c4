import { disablePoolKey } from "@/lib/pool";
import { actOnPoolKey } from "../../act";

export const POST = actOnPoolKey(
  "pool_key.disable",
  "Take a supplier's key out of use",
  "Until it is enabled. Requests under way with it end as they would.",
  disablePoolKey,
);
