import * as z from "zod";
import { CreditsInput, DecimalInput, PositiveCreditsInput, UsdInput } from "../http";
import { NANOS_PER_CENT } from "../money";

const Id = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, "must be lower-case letters, digits, '-', '_' and '.'");
const Share = DecimalInput.refine(({ digits, scale }) => digits <= 10n ** BigInt(scale), "must be from 0 to 1");
const Days = z.int().min(0).max(3650);
const Factor = DecimalInput.refine(({ digits }) => digits > 0n, "must be above 0");

const uniqueIds = (list: readonly { id: string }[]): boolean => new Set(list.map(({ id }) => id)).size === list.length;

/** A pack of credits for sale. */
const Pack = z
  .strictObject({
    id: Id,
    credits: PositiveCreditsInput,
    base_credits: PositiveCreditsInput,
    usd: UsdInput.refine((price) => price > 0n && price % NANOS_PER_CENT === 0n, "must be whole cents, above 0"),
  })
  .refine(({ credits, base_credits: base }) => base <= credits, {
    path: ["base_credits"],
    message: "must be a part of the credits",
  });

/** From so many dollars up, this share of the base credits comes on top. */
const BonusStep = z.strictObject({ from_usd: UsdInput, bonus: Share });

/** What an account gets from so many base credits bought up. */
const Tier = z.strictObject({
  id: Id,
  name: z.string().min(1).max(40),
  from_credits: CreditsInput,
  discount: Factor,
  requests_per_minute: z.int().min(1),
  tokens_per_minute: z.int().min(1),
  concurrency: z.int().min(1),
});

/** Whether keys of a provider may be contributed, and why. */
const ProviderPolicy = z.strictObject({
  allowed: z.boolean().default(false),
  note: z.string().max(2000).default(""),
  reason: z.string().max(2000).default(""),
  reference_model: z.string().max(200).nullable().default(null),
  pool_ceiling_usd: UsdInput.nullable().default(null),
  /** The channel that contributed keys join; null for the one that has the provider's name. */
  channel: Id.nullable().default(null),
});

/** Every setting, in the form of `GET /admin/settings`; parsed, it is what the code computes with. */
export const Settings = z.strictObject({
  usd_per_credit: Factor,
  packs: z.array(Pack).max(50).refine(uniqueIds, "must have different ids"),
  bonus_steps: z.array(BonusStep).max(20),
  /** What the payment service is expected to keep of a payment, for the solvency of packs. */
  card_fee: z.strictObject({ share: Share, fixed_usd: UsdInput }),
  contribution_fee: Share,
  advance_limit: CreditsInput,
  /** The share of a grant that opens an advance before anything has vested. */
  advance_at_once: Share,
  maturity_days: Days,
  max_unvested: CreditsInput,
  contributions_per_day: z.int().min(0),
  /** Accounts that may be made from one address: enough for an office behind it, too few for a farm. */
  sign_ups_per_hour: z.int().min(1),
  /** Calls of the management API that an account may make; a network has five times as many. */
  api_limits: z.strictObject({
    keys_per_hour: z.int().min(1),
    quotes_per_hour: z.int().min(1),
    checkouts_per_hour: z.int().min(1),
    requests_per_minute: z.int().min(1),
  }),
  providers: z.record(Id, ProviderPolicy),
  referral: z.strictObject({ purchase: Share, contribution: Share, hold_days: Days }),
  refund_days: Days,
  withdrawal: z.strictObject({
    enabled: z.boolean(),
    min: CreditsInput,
    usd_per_100: UsdInput,
    cooloff_hours: z.int().min(0).max(8760),
    auto: z.boolean(),
  }),
  tiers: z
    .array(Tier)
    .min(1)
    .max(20)
    .refine(uniqueIds, "must have different ids")
    .refine(([first]) => first?.from_credits === 0n, "must begin with a tier from 0 credits"),
  count_billing: z.strictObject({ enabled: z.boolean(), default_count_price: PositiveCreditsInput }),
  cache_price: Share,
  off_peak: z.strictObject({
    enabled: z.boolean(),
    from_hour: z.int().min(0).max(23),
    to_hour: z.int().min(0).max(23),
    times: Factor,
  }),
  demand: z.strictObject({ mode: z.enum(["off", "fixed", "automatic"]), min: Factor, max: Factor }),
  markup: z.strictObject({ min: DecimalInput, max: DecimalInput }),
  fx: z.strictObject({ CNY: Factor }),
  switches: z.strictObject({
    spending: z.boolean(),
    sign_ups: z.boolean(),
    contributions: z.boolean(),
    withdrawals: z.boolean(),
    providers_off: z.array(Id).max(100),
    private_upstreams: z.boolean(),
  }),
});
export type Settings = z.output<typeof Settings>;
/** The settings as they are written, read and stored. */
export type SettingsDocument = z.input<typeof Settings>;

/** A merge patch of the settings: checked once it is merged. */
export const SettingsPatch = z.partialRecord(z.enum(Object.keys(Settings.shape)), z.unknown());
