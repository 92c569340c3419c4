import type { Tx } from "../db";
import { Prisma, queries } from "../db/models";
import { assert } from "../errors";
import type { Uuid } from "../ids";
import { Role, UserLimits } from "./schemas";

/** A person's account, without what proves who they are. */
export type User = {
  id: Uuid;
  email: string;
  role: Role;
  name: string | null;
  walletId: bigint;
  timeZone: string;
  locale: string;
  emailVerifiedMs: number | null;
  suspendedMs: number | null;
  suspendedReason: string | null;
  tier: string | null;
  limits: UserLimits | null;
  referralCode: string;
  createdMs: number;
};

type Row = Prisma.userGetPayload<object>;

const toMs = (at: Date | null): number | null => at && at.getTime();
const toDate = (ms: number | null): Date | null => (ms === null ? null : new Date(ms));

/** A row as the room speaks of it. */
export function toUser(row: Row): User {
  return {
    id: row.id as Uuid, // the column's type
    email: row.email,
    role: Role.parse(row.role),
    name: row.name,
    walletId: row.walletId,
    timeZone: row.timeZone,
    locale: row.locale,
    emailVerifiedMs: toMs(row.emailVerifiedAt),
    suspendedMs: toMs(row.suspendedAt),
    suspendedReason: row.suspendedReason,
    tier: row.tier,
    limits: row.limits === null ? null : UserLimits.parse(row.limits),
    referralCode: row.referralCode,
    createdMs: row.createdAt.getTime(),
  };
}

export type NewUser = {
  id: Uuid;
  email: string;
  passwordHash: string | null;
  role: Role;
  name: string | null;
  timeZone: string;
  locale: string;
  emailVerifiedMs: number | null;
  referralCode: string;
  referredById: Uuid | null;
  createdMs: number;
};

/** Insert a user and their wallet; `null` where the e-mail address is taken. */
export async function insertUser(tx: Tx, user: NewUser): Promise<User | null> {
  const { emailVerifiedMs, createdMs, ...columns } = user;
  if (await queries(tx).user.findUnique({ where: { email: user.email }, select: { id: true } })) return null;
  const [wallet] = await queries(tx).$queryRaw<{ id: bigint }[]>`select books.open_wallet() as id`;
  assert(wallet, "books.open_wallet gave no row");
  try {
    const row = await queries(tx).user.create({
      data: {
        ...columns,
        walletId: wallet.id,
        emailVerifiedAt: toDate(emailVerifiedMs),
        createdAt: new Date(createdMs),
      },
    });
    return toUser(row);
  } catch (error) {
    // Two sign-ups with one address at once: the second finds out here, and its transaction rolls back.
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002") return null;
    throw error;
  }
}

export async function readUser(tx: Tx, id: Uuid): Promise<User | null> {
  const row = await queries(tx).user.findUnique({ where: { id } });
  return row && toUser(row);
}

/** A user, their password's hash, and how often they were signed out everywhere. */
export type Credentials = { user: User; passwordHash: string | null; sessionEpoch: number };

/** What the user with that e-mail address, or that id, signs in by. */
export async function readCredentials(tx: Tx, where: { email: string } | { id: Uuid }): Promise<Credentials | null> {
  const row = await queries(tx).user.findUnique({ where });
  return row && { user: toUser(row), passwordHash: row.passwordHash, sessionEpoch: row.sessionEpoch };
}

/** Count that a user is signed out everywhere. */
export async function bumpSessionEpoch(tx: Tx, id: Uuid): Promise<void> {
  await queries(tx).user.update({ where: { id }, data: { sessionEpoch: { increment: 1 } } });
}

export async function readUserIdByReferralCode(tx: Tx, referralCode: string): Promise<Uuid | null> {
  const row = await queries(tx).user.findUnique({ where: { referralCode }, select: { id: true } });
  return row && (row.id as Uuid); // the column's type
}

/** What may be changed of a user; what is left out stays. */
export type UserChange = {
  passwordHash?: string;
  passwordChangedMs?: number;
  role?: Role;
  name?: string | null;
  timeZone?: string;
  locale?: string;
  emailVerifiedMs?: number | null;
  suspendedMs?: number | null;
  suspendedReason?: string | null;
  tier?: string | null;
  limits?: UserLimits | null;
};

export async function writeUser(tx: Tx, id: Uuid, change: UserChange): Promise<User> {
  const { emailVerifiedMs, suspendedMs, passwordChangedMs, limits, ...columns } = change;
  const row = await queries(tx).user.update({
    where: { id },
    data: {
      ...columns,
      ...(emailVerifiedMs !== undefined && { emailVerifiedAt: toDate(emailVerifiedMs) }),
      ...(suspendedMs !== undefined && { suspendedAt: toDate(suspendedMs) }),
      ...(passwordChangedMs !== undefined && { passwordChangedAt: toDate(passwordChangedMs) }),
      ...(limits !== undefined && { limits: limits ?? Prisma.DbNull }),
    },
  });
  return toUser(row);
}

/** Users newest first, after a place in the list, whose e-mail address contains a text. */
export async function readUsers(
  tx: Tx,
  page: { limit: number; after: { createdMs: number; id: Uuid } | null; search: string | null },
): Promise<User[]> {
  const { after, search, limit } = page;
  const at = after && new Date(after.createdMs);
  const rows = await queries(tx).user.findMany({
    where: {
      ...(search && { email: { contains: search, mode: "insensitive" } }),
      ...(at && { OR: [{ createdAt: { lt: at } }, { createdAt: at, id: { lt: after.id } }] }),
    },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
  });
  return rows.map(toUser);
}

/** Users by id, by the wallets that are theirs, or the one whose key that is, revoked or not; in no order. */
export async function readUsersBy(
  tx: Tx,
  by: { ids: readonly Uuid[] } | { walletIds: readonly bigint[] } | { apiKeyId: Uuid },
): Promise<User[]> {
  const where =
    "ids" in by
      ? { id: { in: [...by.ids] } }
      : "walletIds" in by
        ? { walletId: { in: [...by.walletIds] } }
        : { apiKeys: { some: { id: by.apiKeyId } } };
  return (await queries(tx).user.findMany({ where })).map(toUser);
}
