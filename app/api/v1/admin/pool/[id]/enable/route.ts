import { enablePoolKey } from "@/lib/pool";
import { actOnPoolKey } from "../../act";

export const POST = actOnPoolKey(
  "pool_key.enable",
  "Put a supplier's key back to use",
  "Its bad answers are forgotten, and a cool-down ends.",
  enablePoolKey,
);
