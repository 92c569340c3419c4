import type { SettingsDocument } from "./schemas";

/** What holds in production until an admin says otherwise. */
export const DEFAULT_SETTINGS: SettingsDocument = {
  usd_per_credit: 0.01,
  packs: [
    { id: "starter", credits: 1_000, base_credits: 1_000, usd: 10 },
    { id: "pro", credits: 10_000, base_credits: 9_000, usd: 90 },
    { id: "enterprise", credits: 100_000, base_credits: 80_000, usd: 800 },
  ],
  bonus_steps: [{ from_usd: 100, bonus: 0.1 }],
  card_fee: { share: 0.029, fixed_usd: 0.3 },
  contribution_fee: 0.1,
  advance_limit: 10_000,
  advance_at_once: 0.1,
  maturity_days: 14,
  max_unvested: 1_000_000,
  contributions_per_day: 10,
  sign_ups_per_hour: 30,
  api_limits: { keys_per_hour: 60, quotes_per_hour: 30, checkouts_per_hour: 30, requests_per_minute: 600 },
  providers: {},
  referral: { purchase: 0.1, contribution: 0.05, hold_days: 14 },
  refund_days: 14,
  withdrawal: { enabled: false, min: 10_000, usd_per_100: 0.9, cooloff_hours: 72, auto: false },
  tiers: [
    {
      id: "basic",
      name: "Basic",
      from_credits: 0,
      discount: 1,
      requests_per_minute: 60,
      tokens_per_minute: 200_000,
      concurrency: 10,
    },
    {
      id: "plus",
      name: "Plus",
      from_credits: 10_000,
      discount: 0.98,
      requests_per_minute: 300,
      tokens_per_minute: 1_000_000,
      concurrency: 50,
    },
    {
      id: "pro",
      name: "Pro",
      from_credits: 100_000,
      discount: 0.95,
      requests_per_minute: 1_000,
      tokens_per_minute: 4_000_000,
      concurrency: 200,
    },
    {
      id: "business",
      name: "Business",
      from_credits: 1_000_000,
      discount: 0.9,
      requests_per_minute: 5_000,
      tokens_per_minute: 20_000_000,
      concurrency: 1_000,
    },
  ],
  count_billing: { enabled: true, default_count_price: 0.1 },
  cache_price: 0,
  off_peak: { enabled: false, from_hour: 0, to_hour: 6, times: 1 },
  demand: { mode: "off", min: 0.8, max: 1.5 },
  markup: { min: 0.2, max: 0.5 },
  fx: { CNY: 7.3 },
  switches: {
    spending: true,
    sign_ups: true,
    contributions: true,
    withdrawals: true,
    providers_off: [],
    private_upstreams: false,
  },
};

const DEMO_PROVIDERS = ["openai", "anthropic", "gemini", "cloudflare", "openrouter", "deepseek", "moonshot", "groq"];
const AMOUNT_MAX = 1_000_000_000;

/** What the demo has otherwise, as a merge patch: nothing to wait for, nothing that it can't show. */
export const DEMO_SETTINGS = {
  advance_limit: AMOUNT_MAX,
  advance_at_once: 1,
  max_unvested: AMOUNT_MAX,
  maturity_days: 0,
  contributions_per_day: 1_000,
  sign_ups_per_hour: 1_000,
  api_limits: {
    keys_per_hour: 100_000,
    quotes_per_hour: 100_000,
    checkouts_per_hour: 100_000,
    requests_per_minute: 100_000,
  },
  referral: { hold_days: 0 },
  withdrawal: { enabled: true, cooloff_hours: 0 },
  switches: { private_upstreams: true },
  providers: Object.fromEntries(
    DEMO_PROVIDERS.map((id) => [id, { allowed: true, reason: "Demo: no key here is real." }]),
  ),
  tiers: DEFAULT_SETTINGS.tiers.map((tier) =>
    tier.id === "basic" ? { ...tier, requests_per_minute: 600, tokens_per_minute: 2_000_000, concurrency: 100 } : tier,
  ),
};
