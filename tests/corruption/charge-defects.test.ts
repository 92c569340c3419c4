import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseCard, writeCard } from "@/lib/catalog";
import { rateRequest } from "@/lib/usage";
import { verifyBooks } from "@/lib/verification";
import { nanos, parseDecimal } from "@/lib/money";
import { aHistory, type History } from "../support/a-history";
import { aLedger, anEnd, aReserve, aWallet, cr, type LedgerFixture } from "../support/a-ledger";

const decimal = (text: string) => parseDecimal(text) ?? { digits: 0n, scale: 0 };
const CARD = parseCard({
  rates: [
    { meter: "input_tokens", per: 1000, amount: 5 },
    { meter: "output_tokens", per: 1000, amount: 5 },
  ],
  multiples: { cache_read: 0.1 },
  chargeUnit: 1,
});

describe("ledger:verify on charges", () => {
  let ledger: LedgerFixture;
  let history: History;
  beforeEach(async () => {
    ledger = await aLedger();
    history = await aHistory(ledger);
    // The short history charges what no card asked for; these tests are about charges that follow a card.
    await history.owner("set session_replication_role = replica");
    await history.owner("update books.usage_record set price_card = null");
    const rows = await history.owner<{ id: string }>(
      `insert into card (model_id, kind, version, body, sha256, effective_from, created_by)
       values ('gpt-4', 'price', 2, $1, sha256(convert_to($1, 'UTF8')), now(), 'test') returning id`,
      [writeCard(CARD)],
    );
    const priceCard = BigInt(rows[0]?.id ?? 0);
    const wallet = await aWallet(ledger, { purchased: cr(100) });
    const request = aReserve(wallet, cr(10), { draft: { ...aReserve(wallet, cr(1)).draft, priceCard } });
    await ledger.books.reserve(request);
    const price = {
      id: priceCard,
      modelId: "gpt-4",
      kind: "price",
      version: 2,
      effectiveFromMs: 0,
      card: CARD,
    } as const;
    const rated = rateRequest(
      { price, cost: null, userDiscount: decimal("0.95"), facts: { body: {}, headers: {} } },
      { meters: { input_tokens: 1000, output_tokens: 500 }, kinds: { cache_read: 400 } },
      { discount: decimal("1"), costFactor: decimal("1") },
    );
    if (rated.chargeMicros !== cr(6)) throw new Error(`the card asks for ${rated.chargeMicros}`);
    const { chargeMicros, meters, multipliers, breakdown } = rated;
    const end = anEnd({ meters, multipliers, breakdown });
    await ledger.books.settle({ hold: request.hold, chargeMicros, costNanos: nanos(0n), end });
  });
  afterEach(async () => {
    await history.close();
    await ledger.close();
  });
  const broken = async () => (await verifyBooks(ledger.database)).violations.map(({ invariant }) => invariant);

  test("finds nothing where each charge follows its card", async () => {
    expect(await broken()).toEqual([]);
  });

  test("names a charge whose recorded usage was changed", async () => {
    await history.owner(
      `update books.usage_record set meters = '{"input_tokens":1000,"output_tokens":400,"cache_read":400}' where price_card is not null`,
    );
    expect(await broken()).toContain("charge-follows-card");
  });

  test("names a charge whose discount was changed", async () => {
    await history.owner("update books.usage_record set multipliers = '[]' where price_card is not null");
    expect(await broken()).toContain("charge-follows-card");
  });

  test("names a charge by a card that was edited, and goes on", async () => {
    await history.owner("alter table card disable trigger all");
    await history.owner("update card set body = '{' where version = 2");
    expect(await broken()).toContain("card-unchanged");
  });
});
