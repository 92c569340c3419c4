import * as z from "zod";
import { UsdInput } from "../http";

/** What somebody wants to buy: a pack by its id, or credits for an amount of dollars. */
export const CheckoutInput = z.union([
  z.strictObject({ pack: z.string().min(1).max(64) }),
  z.strictObject({ usd: UsdInput }),
]);
export type CheckoutInput = z.output<typeof CheckoutInput>;
