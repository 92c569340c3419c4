import type { Tx } from "../db";
import { assert } from "../errors";
import { ACCOUNTS, type AccountName, TRANSFER_KINDS, type TransferKind } from "./kinds";
import { findLines, type LineRow } from "./read.store";

/** One movement of a wallet: signed, with what all sources together came to after it. */
export type Movement = LineRow;

const KIND_NAMES = new Map(
  Object.entries(TRANSFER_KINDS).map(([name, code]) => [code as number, name as TransferKind]),
);
const ACCOUNT_NAMES = new Map(Object.entries(ACCOUNTS).map(([name, code]) => [code as number, name as AccountName]));

/**
 * A wallet's movements, newest first: one for each source and lot that a transfer touched.
 *
 * `before` is the `seq` of the last one of the page before; `kind` keeps one kind.
 */
export async function listTransfers(
  reader: Tx,
  input: { wallet: bigint; before: bigint | null; limit: number; kind?: TransferKind },
): Promise<Movement[]> {
  const code = input.kind === undefined ? null : TRANSFER_KINDS[input.kind];
  const rows = await findLines(reader, input.wallet, input.before, input.limit, code);
  return rows.map((row) => {
    const kind = KIND_NAMES.get(row.kind);
    const source = ACCOUNT_NAMES.get(row.source);
    assert(kind && source, `a line of unknown kind ${row.kind} or source ${row.source}`);
    return { ...row, kind, source };
  });
}
