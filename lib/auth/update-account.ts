import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import type { AccountPatch } from "./schemas";
import type { User } from "./user";
import { writeUser } from "./user.store";

/** Change what people may change of their own account. */
export function updateAccount(tx: Tx, _ctx: Ctx, input: { userId: Uuid; patch: AccountPatch }): Promise<User> {
  const { name, time_zone: timeZone, locale } = input.patch;
  return writeUser(tx, input.userId, { name, timeZone, locale });
}
