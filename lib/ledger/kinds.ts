/** Kinds of transfers: the word that `GET /transfers` shows, and the number that the ledger stores. */
export const TRANSFER_KINDS = {
  purchase: 1,
  refund: 2,
  dispute: 3,
  dispute_won: 4,
  charge: 5,
  charge_refund: 6,
  grant: 7,
  vest: 8,
  clawback: 9,
  referral: 10,
  referral_reversal: 11,
  request_pack: 12,
  withdrawal_hold: 13,
  withdrawal_release: 14,
  withdrawal_paid: 15,
  expiry: 16,
  debt_paid: 17,
  adjustment: 18,
} as const;
export type TransferKind = keyof typeof TRANSFER_KINDS;

/** Accounts of a movement by name: the columns of a wallet below 100, the platform's above. Source: books.account. */
export const ACCOUNTS = {
  promo: 1,
  referral: 2,
  purchased: 3,
  vested: 4,
  unvested: 5,
  debt: 6,
  cash_issued: 101,
  usage_revenue: 102,
  contribution_fees: 103,
  withdrawal_fees: 104,
  pool_inventory: 105,
  promotions: 106,
  referral_expense: 107,
  withdrawals_payable: 108,
  deferred_request_packs: 109,
  overrun_loss: 110,
  dispute_loss: 111,
  written_off: 112,
  expired: 113,
} as const;
export type AccountName = keyof typeof ACCOUNTS;
