import { endKey } from "@/lib/contributions";
import { actOnPoolKey } from "../../act";

export const POST = actOnPoolKey(
  "pool_key.end",
  "End a supplier's key for good",
  "Its secret is destroyed. A contribution ends with its key: what hasn't vested is taken back from its owner, as a debt " +
    "where it was spent. Requests under way end as they would. Ending it again changes nothing.",
  endKey,
);
