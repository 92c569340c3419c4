import type { Prisma } from "./generated/client";
import type { Tx } from "./tx";

export { Prisma } from "./generated/client";

/** The queries of a transaction. Only stores import this file. */
export const queries = (tx: Tx): Prisma.TransactionClient => tx as unknown as Prisma.TransactionClient;
