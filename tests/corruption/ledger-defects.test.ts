import { describe, expect, test } from "vitest";
import { verifyLedger } from "@/lib/ledger";
import { aHistory, type History } from "../support/a-history";
import { aLedger } from "../support/a-ledger";

/** A contribution of a wallet's: cost, net, vested, charged. */
const CONTRIBUTION = `insert into contribution (id, user_id, wallet_id, quote_id, pool_key_id, provider, is_proven,
    quota_nanos, cost_nanos, gross_micros, fee_micros, fee_share, net_micros, vested_micros, charged_micros)
  values ('00000000-0000-4000-8000-000000000001', gen_random_uuid(), $1, gen_random_uuid(), gen_random_uuid(), 'openai', true,
    1000, $2, $3, 0, '0.1', $3, $4, $5)`;
/** That it served the request of a hold: cost, charge, vested. */
const VESTING = `insert into vesting (hold, n, contribution_id, cost_nanos, charged_micros, vested_micros)
  values ($1, 1, '00000000-0000-4000-8000-000000000001', $2, $3, $4)`;

/** Something that must not be in the ledger, and the invariant that names it. */
type Defect = { defect: string; invariant: string; plant: (history: History) => [sql: string, values?: unknown[]][] };

const DEFECTS: Defect[] = [
  {
    defect: "a changed line",
    invariant: "wallet-equals-lines",
    plant: ({ settled }) => [
      ["update books.line set amount_micros = amount_micros - 1 where transfer = $1 and from_account = 3", [settled]],
    ],
  },
  {
    defect: "the newest line deleted",
    invariant: "wallet-equals-lines",
    plant: () => [["delete from books.line where seq = (select max(seq) from books.line)"]],
  },
  {
    defect: "two lines changed so that their sum stays",
    invariant: "balance-after-runs",
    plant: ({ wallet }) => [
      [
        "update books.line set amount_micros = amount_micros + 5 where wallet = $1 and from_account > 100 and to_account = 3",
        [wallet],
      ],
      [
        "update books.line set amount_micros = amount_micros + 10 where wallet = $1 and from_account = 3 and to_account = 102",
        [wallet],
      ],
    ],
  },
  {
    defect: "a wallet off by 1 µcr",
    invariant: "wallet-equals-lines",
    plant: ({ other }) => [["update books.wallet set purchased = purchased + 1 where id = $1", [other]]],
  },
  {
    defect: "a hold settled twice",
    invariant: "hold-has-usage-record",
    plant: ({ settled }) => [
      ["insert into books.usage_record select * from books.usage_record where id = $1", [settled]],
      [
        `insert into books.line (at, transfer, kind, wallet, from_account, to_account, lot, amount_micros, balance_after)
        select at, transfer, kind, wallet, from_account, to_account, lot, amount_micros, balance_after from books.line where transfer = $1`,
        [settled],
      ],
    ],
  },
  {
    defect: "a lot overdrawn",
    invariant: "lot-equals-lines",
    plant: ({ other }) => [["update books.lot set remaining_micros = remaining_micros - 1 where wallet = $1", [other]]],
  },
  {
    defect: "a lot granted more than came in",
    invariant: "lot-was-granted",
    plant: ({ other }) => [["update books.lot set granted_micros = granted_micros + 1 where wallet = $1", [other]]],
  },
  {
    defect: "a delta folded twice",
    invariant: "platform-equals-lines",
    plant: () => [["update books.account set balance_micros = balance_micros + 33000000 where name = 'usage_revenue'"]],
  },
  {
    defect: "a missing usage record",
    invariant: "hold-has-usage-record",
    plant: ({ settled }) => [["delete from books.usage_record where id = $1", [settled]]],
  },
  {
    defect: "a usage record of nobody's request",
    invariant: "usage-record-has-hold",
    plant: ({ settled }) => [["delete from books.hold where id = $1", [settled]]],
  },
  {
    defect: "a usage record that says another charge",
    invariant: "charge-equals-lines",
    plant: ({ settled }) => [
      [
        "update books.usage_record set charge_micros = charge_micros + 1, promo_micros = promo_micros + 1 where id = $1",
        [settled],
      ],
    ],
  },
  {
    defect: "a late report whose charge was taken out",
    invariant: "late-report-is-charged",
    plant: ({ late }) => [
      [
        `delete from books.line where transfer = (select transfer from books.late_report where request = $1)
          and from_account = 3`,
        [late],
      ],
    ],
  },
  {
    defect: "a late report that says less than its charge",
    invariant: "late-report-is-charged",
    plant: ({ late }) => [
      [
        `update books.late_report set reported_micros = reported_micros - 1, overrun_micros = overrun_micros - 1
         where request = $1`,
        [late],
      ],
    ],
  },
  {
    defect: "a late charge above the hold",
    invariant: "late-report-is-charged",
    plant: ({ late }) => [["update books.hold set amount_micros = amount_micros - 1 where id = $1", [late]]],
  },
  {
    defect: "a late charge without its report",
    invariant: "charge-equals-lines",
    plant: ({ late }) => [["delete from books.late_report where request = $1", [late]]],
  },
  {
    defect: "a late charge of a request that its own gateway had settled",
    invariant: "late-report-is-charged",
    plant: ({ late }) => [["update books.usage_record set lost = false where id = $1", [late]]],
  },
  {
    defect: "a checkpoint that was forgiven",
    invariant: "checkpoint-is-charged",
    plant: ({ released }) => [["update books.hold set checkpoint_micros = 1 where id = $1", [released]]],
  },
  {
    defect: "an edited card",
    invariant: "card-unchanged",
    plant: ({ card }) => [[`update card set body = '{"rates":[{}]}' where id = $1`, [card]]],
  },
  {
    defect: "a charge by a card that isn't there",
    invariant: "card-unchanged",
    plant: ({ card }) => [["delete from card where id = $1", [card]]],
  },
  {
    defect: "a transfer's head deleted",
    invariant: "line-has-transfer",
    plant: ({ settled }) => [["delete from books.transfer where id = $1", [settled]]],
  },
  {
    defect: "a transfer that moved nothing",
    invariant: "transfer-has-lines",
    plant: () => [["insert into books.transfer (id, at, kind, actor) values (gen_random_uuid(), now(), 7, 'nobody')"]],
  },
  {
    defect: "a hold that its wallet forgot",
    invariant: "held-equals-open-holds",
    plant: ({ wallet }) => [["update books.wallet set held = 0 where id = $1", [wallet]]],
  },
  {
    defect: "credits frozen that the wallet doesn't know of",
    invariant: "held-equals-open-holds",
    plant: ({ wallet }) => [
      ["insert into books.freeze (reference, wallet, amount_micros) values ('purchase:planted', $1, 1)", [wallet]],
    ],
  },
  {
    defect: "a counter that forgot a use",
    invariant: "counter-equals-legs",
    plant: () => [["update books.counter set used_amount = used_amount - 1"]],
  },
  {
    defect: "an attempt whose cost was changed",
    invariant: "cost-equals-attempts",
    plant: ({ settled }) => [["update books.attempt set cost_nanos = cost_nanos + 1 where hold = $1", [settled]]],
  },
  {
    defect: "a key folded twice",
    invariant: "key-cost-equals-attempts",
    plant: () => [["update pool_key set cost_nanos = cost_nanos * 2"]],
  },
  {
    defect: "an advance left out",
    invariant: "advance-equals-lines",
    plant: ({ wallet }) => [["update books.wallet set advance = advance + 1 where id = $1", [wallet]]],
  },
  {
    defect: "credits vested without a vesting",
    invariant: "unvested-awaits-vesting",
    plant: ({ wallet }) => [
      ["update books.wallet set unvested = unvested - 1, vested = vested + 1 where id = $1", [wallet]],
    ],
  },
  {
    defect: "an expiry left out",
    invariant: "next-expiry-is-due",
    plant: ({ wallet }) => [["update books.wallet set next_expiry = null where id = $1", [wallet]]],
  },
  {
    defect: "a hold of a gateway that is long gone",
    invariant: "no-orphaned-hold",
    plant: () => [["update books.lease set closed_at = now() - interval '5 minutes'"]],
  },
  {
    defect: "credits from nowhere",
    invariant: "books-sum-to-zero",
    plant: ({ other }) => [["update books.wallet set referral = referral + 1 where id = $1", [other]]],
  },
  {
    defect: "an operation without an outcome",
    invariant: "operation-has-outcome",
    plant: () => [["insert into books.op (scope, key, request_hash) values ('x', 'x', '\\x00')"]],
  },
  {
    defect: "a contribution that vested without having served",
    invariant: "vesting-equals-attempts",
    plant: ({ wallet }) => [[CONTRIBUTION, [wallet, 500, 10, 5, 0]]],
  },
  {
    defect: "a contribution that nobody was granted",
    invariant: "contributions-equal-lines",
    plant: ({ wallet }) => [[CONTRIBUTION, [wallet, 0, 10, 0, 0]]],
  },
  {
    // Settled at 33 credits: at a fee of 10% it earned 29.7.
    defect: "a contribution that vested a microcredit more than its requests were charged less the fee",
    invariant: "vested-within-charges",
    plant: ({ wallet, settled }) => [
      [CONTRIBUTION, [wallet, 500, 60_000_000, 29_700_001, 33_000_000]],
      [VESTING, [settled, 500, 33_000_000, 29_700_001]],
    ],
  },
  {
    defect: "a request that counts for vesting with more than it was charged",
    invariant: "vesting-charge-equals-lines",
    plant: ({ wallet, settled }) => [
      [CONTRIBUTION, [wallet, 500, 60_000_000, 0, 40_000_000]],
      [VESTING, [settled, 500, 40_000_000, 0]],
    ],
  },
  {
    defect: "a guard taken away",
    invariant: "history-is-guarded",
    plant: () => [["alter table books.line disable trigger line_append_only"]],
  },
  {
    defect: "a row that waits in a default partition",
    invariant: "default-partitions-empty",
    plant: () => [
      ["insert into books.transfer (id, at, kind, actor) values (gen_random_uuid(), '2020-01-01', 7, 'nobody')"],
    ],
  },
];

describe("ledger:verify", () => {
  test("finds nothing in a true history", async () => {
    const ledger = await aLedger();
    const history = await aHistory(ledger);
    try {
      expect((await verifyLedger(ledger.database)).violations).toEqual([]);
    } finally {
      await history.close();
      await ledger.close();
    }
  });

  /** Each defect is planted as the owner with the guards off, as somebody with the server in hand could. */
  test.each(DEFECTS)("names $defect", async ({ invariant, plant }) => {
    const ledger = await aLedger();
    const history = await aHistory(ledger);
    try {
      await history.owner("set session_replication_role = replica");
      await history.owner("alter table card disable trigger all");
      for (const [sql, values] of plant(history)) await history.owner(sql, values);
      const { violations } = await verifyLedger(ledger.database);
      expect(violations.map((violation) => violation.invariant)).toContain(invariant);
    } finally {
      await history.close();
      await ledger.close();
    }
  });

  test("has a planted defect for each of its invariants", async () => {
    const ledger = await aLedger();
    try {
      const { invariants } = await verifyLedger(ledger.database);
      const planted = new Set(DEFECTS.map(({ invariant }) => invariant));
      // The sum of lots and of a wallet's sources can't break alone: the invariants on lots and lines name it with them.
      expect(invariants.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual(["lots-equal-wallet"]);
    } finally {
      await ledger.close();
    }
  });
});
