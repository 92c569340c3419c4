import { describe, expect, test } from "vitest";
import { runModel } from "../property/ledger/run-model";
import { aLedger } from "../support/a-ledger";
import { type Mutation, plantMutant } from "../support/plant-mutant";

/** A mistake that somebody could make in one function of the ledger: what the text says, and what it would say. */
type Mutant = Mutation & { mistake: string };

const MUTANTS: Mutant[] = [
  {
    mistake: "a hold is settled whatever its state",
    routine: "end_holds",
    says: "h.id = i.hold and h.state = 0",
    wouldSay: "h.id = i.hold",
  },
  {
    mistake: "purchased credits burn before promo ones",
    routine: "end_holds",
    says: "select 1 as rank, 1 as source",
    wouldSay: "select 9 as rank, 1 as source",
  },
  {
    mistake: "expired credits burn",
    routine: "end_holds",
    says: "(l.expires_at is null or l.expires_at > t.arrived_at)",
    wouldSay: "true",
  },
  {
    mistake: "a release gives back the charge instead of the hold",
    routine: "end_holds",
    says: "held = w.held - t.held",
    wouldSay: "held = w.held - t.need",
  },
  {
    mistake: "spending unvested credits is no advance",
    routine: "end_holds",
    says: "advance = w.advance + coalesce(b.unvested, 0)",
    wouldSay: "advance = w.advance",
  },
  {
    mistake: "a charge above its hold takes what others hold",
    routine: "end_hold_slow_path",
    says: "_hold.amount_micros + books.spendable(_wallet)",
    wouldSay: "_hold.amount_micros + books.spendable(_wallet) + 1",
  },
  {
    mistake: "a late charge is above the hold",
    routine: "charge_late",
    says: "least(_item.charge_micros, _hold.amount_micros) - _hold.charged_micros",
    wouldSay: "_item.charge_micros - _hold.charged_micros",
  },
  {
    mistake: "a late charge forgets what the end of the hold charged",
    routine: "charge_late",
    says: "least(_item.charge_micros, _hold.amount_micros) - _hold.charged_micros",
    wouldSay: "least(_item.charge_micros, _hold.amount_micros)",
  },
  {
    mistake: "a late charge forgives what isn't free",
    routine: "charge_late",
    says: "set debt = debt + _owed",
    wouldSay: "set debt = debt",
  },
  {
    mistake: "a late report is charged as often as it comes",
    routine: "charge_late",
    says: "where r.request = _item.hold) then return true",
    wouldSay: "where false) then return true",
  },
  {
    mistake: "a wallet in debt isn't refused",
    routine: "reserve_one",
    says: "if _w.debt > 0 then",
    wouldSay: "if false then",
  },
  {
    mistake: "unvested credits are spent beyond the advance's limit",
    routine: "spendable",
    says: "least(_w.unvested, greatest(0, _w.advance_limit - _w.advance))",
    wouldSay: "_w.unvested",
  },
  {
    mistake: "a lot expires under an open hold",
    routine: "expire_wallet",
    says: "_reserved_before := _reserved_before + _reserved;",
    wouldSay: "_reserved := 0;",
  },
  {
    mistake: "a lot outlives its time while anything is held",
    routine: "expire_wallet",
    says: "h.arrived_at < _lot.expires_at",
    wouldSay: "true",
  },
  { mistake: "vesting forgets the advance", routine: "vest", says: "least(_wallet.advance, _amount)", wouldSay: "0" },
  {
    mistake: "a claw-back forgets the advance",
    routine: "claw_back",
    says: "set advance = advance - _covered",
    wouldSay: "set advance = advance",
  },
  {
    mistake: "what comes in doesn't pay the debt",
    routine: "credit",
    says: "perform books.pay_debt(_posting.wallet, _at);",
    wouldSay: "",
  },
  {
    mistake: "a repeated posting is posted again",
    routine: "begin_op",
    says: "if found then return null; end if;",
    wouldSay: "return null;",
  },
  {
    mistake: "a debit takes what a hold on unvested credits needs",
    routine: "take",
    says: "least(_wallet_row.unvested, greatest(0, _wallet_row.advance_limit - _wallet_row.advance)) end;",
    wouldSay: "_wallet_row.unvested end;",
  },
  {
    mistake: "a claw-back leaves held credits waiting for vesting",
    routine: "claw_back",
    says: "unvested = unvested - _rest, vested = vested + _rest",
    wouldSay: "unvested = unvested, vested = vested",
  },
  {
    mistake: "a longer hold isn't held",
    routine: "flush_extends",
    says: "w.held + _add",
    wouldSay: "w.held",
  },
];

describe("the model of a wallet", () => {
  /** Guards the guard: a model test that misses a planted mistake would miss the real one. */
  test.each(MUTANTS)("notices when $mistake", { timeout: 120_000 }, async (mutant) => {
    const ledger = await aLedger();
    try {
      await plantMutant(ledger.home.ownerUrl, mutant);
      await expect(runModel(ledger, 3_000, true)).rejects.toThrow();
    } finally {
      await ledger.close();
    }
  });
});
