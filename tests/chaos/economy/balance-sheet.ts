import type { Agent, Economy } from "./economy";
import { OPERATOR } from "./economy";
import type { Play } from "./play";

const MOST_IN_ADVANCE = BigInt(OPERATOR.advance_limit) * 1_000_000n;

type WalletRow = {
  wallet: bigint;
  owned: bigint;
  debt: bigint;
  advance: bigint;
  unvested: bigint;
  limit: bigint;
  spendable: bigint;
  vested: bigint;
  waiting: bigint;
  open: bigint;
};

/** What each wallet has, and what its contributions say. Units: microcredits. */
async function readWallets({ database }: Economy, agents: readonly Agent[]): Promise<WalletRow[]> {
  const { rows } = await database.pool.query<WalletRow>(
    `select w.id as wallet, w.promo + w.referral + w.purchased + w.vested as owned, w.debt, w.advance, w.unvested,
       w.advance_limit as limit, books.spendable(w) as spendable, coalesce(c.vested, 0) as vested,
       coalesce(c.waiting, 0) as waiting, coalesce(c.open, 0) as open
     from books.wallet w left join (
       select wallet_id, sum(vested_micros)::bigint as vested,
         sum(net_micros - vested_micros - taken_micros)::bigint as waiting,
         (sum(net_micros - vested_micros - taken_micros) filter (where state = 'open' and is_proven))::bigint as open
       from contribution group by wallet_id) c on c.wallet_id = w.id
     where w.id = any ($1) order by w.id`,
    [agents.map(({ wallet }) => wallet)],
  );
  return rows;
}

async function readVested({ database }: Economy, poolKeys: readonly string[]): Promise<Map<string, bigint>> {
  const { rows } = await database.pool.query<{ key: string; vested: bigint }>(
    "select pool_key_id as key, vested_micros as vested from contribution where pool_key_id = any ($1)",
    [poolKeys],
  );
  return new Map(rows.map(({ key, vested }) => [key, vested]));
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

/** What an agent may have had in advance or owes: its advance at most, and what refunds and late charges left owed. */
const mostLent = (agent: Agent, hasContributed: boolean): bigint =>
  (hasContributed ? MOST_IN_ADVANCE : 0n) + agent.owedMicros;

/**
 * What is wrong in a play, at any moment of it. With each charge counted as it was settled, apart from the ledger:
 *
 * 1. Of every account, what it owns less debt and advance, and what it was charged, is what it paid and what vested.
 * 2. A key vested at most (1 − fee) × what the requests that it served were charged.
 * 3. All together have, and have spent, no more than was paid, was earned by service at 2., or is lent in advance; and
 *    nobody is lent more than the advance's limit and what refunds and late charges left them owing.
 * 4. What may be spent in advance is at most the limit and what proven contributions have still to vest; and what waits for
 *    vesting is there, or was spent in advance.
 */
export async function findProblems({ economy, agents, keys }: Play): Promise<string[]> {
  const wallets = await readWallets(economy, agents);
  const vested = await readVested(
    economy,
    keys.map(({ poolKey }) => poolKey),
  );
  const problems: string[] = [];
  const expect = (holds: boolean, what: string): void => {
    if (!holds) problems.push(what);
  };
  let [had, backed] = [0n, 0n];
  for (const agent of agents) {
    const row = wallets.find(({ wallet }) => wallet === agent.wallet);
    if (!row) return [`${agent.name} has no wallet`];
    const { owned, debt, advance } = row;
    const [net, paid] = [owned - debt - advance + agent.chargedMicros, agent.paidMicros + row.vested];
    expect(net === paid, `${agent.name} has and spent ${net}, of ${paid} that were paid or vested`);
    const lent = mostLent(agent, row.vested + row.waiting > 0n || keys.some(({ owner }) => owner === agent));
    expect(debt + advance <= lent, `${agent.name} was lent ${debt + advance} of at most ${lent}`);
    expect(
      row.limit <= MOST_IN_ADVANCE && row.limit <= row.open,
      `${agent.name} may spend ${row.limit} in advance of ${row.open}`,
    );
    expect(
      row.unvested + advance === row.waiting,
      `${agent.name} waits for ${row.waiting}, has ${row.unvested} + ${advance}`,
    );
    had += row.spendable + agent.chargedMicros;
    backed += agent.paidMicros + lent;
  }
  const earned = keys.map((key) => ({ key, most: (key.chargedMicros * (1_000n - key.feeThousandths)) / 1_000n }));
  for (const { key, most } of earned) {
    const has = vested.get(key.poolKey) ?? 0n;
    expect(has <= most, `a key of ${key.owner.name} vested ${has}, of ${most} that its requests earned`);
  }
  backed += sum(earned.map(({ most }) => most));
  expect(had <= backed, `all have and spent ${had}, of ${backed} that were paid for, served or lent`);
  return problems;
}
