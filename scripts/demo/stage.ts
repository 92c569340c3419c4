import { randomText } from "../../lib/ids";
import { ask, call, type Instance } from "./instance";

/** What one run has for itself: nothing of an earlier run is in its figures. */
export type Stage = { run: string; channel: string; model: string; ada: Person; bo: Person; supplierKey: string };
export type Person = { id: string; key: string };

const RUN_LENGTH = 10;
const tokens = (amount: number) => [
  { meter: "input_tokens", per: 1000, amount },
  { meter: "output_tokens", per: 1000, amount },
];

type Policy = { channel: string | null; reference_model: string | null; allowed: boolean };
const NO_POLICY: Policy = { channel: null, reference_model: null, allowed: false };

async function aPerson({ web, admin_api_key: admin }: Instance, name: string, run: string, channels?: string[]) {
  const email = `${name}-${run}@demo.example`;
  const user = await ask(`${web}/api/v1/admin/users`, { method: "POST", key: admin, body: { email } });
  const body = { name: "demo", scopes: ["inference", "account"], ...(channels && { channels }) };
  const made = await ask(`${web}/api/v1/admin/users/${String(user["id"])}/keys`, { method: "POST", key: admin, body });
  return { id: String(user["id"]), key: String(made["key"]) };
}

/** What the settings say of OpenAI's keys. */
async function readPolicy({ web, admin_api_key: key }: Instance): Promise<Policy> {
  const settings = await ask(`${web}/api/v1/admin/settings`, { key });
  // The settings' own schema says so.
  return (settings["providers"] as Record<string, Policy>)["openai"] ?? NO_POLICY;
}

const putPolicy = ({ web, admin_api_key: key }: Instance, openai: object): Promise<unknown> =>
  ask(`${web}/api/v1/admin/settings`, { method: "PUT", key, body: { providers: { openai } } });

/** A channel and a model as GPT-4 is sold: 5 credits for 1,000 tokens that cost USD 0.03. */
async function putSupply({ web, admin_api_key: key }: Instance, id: string, enabled: boolean): Promise<void> {
  const model = {
    provider: "openai",
    display_name: "GPT-4",
    upstream_model: "gpt-4",
    capabilities: ["chat"],
    enabled,
    ...(enabled && { price: { rates: tokens(5), chargeUnit: 1 }, cost: { rates: tokens(0.03) } }),
  };
  await ask(`${web}/api/v1/admin/models/${id}`, { method: "PUT", key, body: model });
  await ask(`${web}/api/v1/admin/channels/${id}`, { method: "PUT", key, body: { provider: "openai", enabled } });
}

/** The names of models and channels that runs make for themselves. */
const OF_A_RUN = /^demo-[0-9a-z]{10}$/;

/** OpenAI's policy as it is to be after the run. What a run that was killed left in it is put back first. */
async function readOwnPolicy(instance: Instance): Promise<Policy> {
  const policy = await readPolicy(instance);
  const { allowed } = policy;
  const notOfRun = (name: string | null): string | null => (OF_A_RUN.test(name ?? "") ? null : name);
  const left = [policy.channel, policy.reference_model].filter((name) => name !== notOfRun(name));
  for (const name of new Set(left)) if (name !== null) await putSupply(instance, name, false);
  return { allowed, channel: notOfRun(policy.channel), reference_model: notOfRun(policy.reference_model) };
}

async function setStage(instance: Instance, run: string): Promise<Stage> {
  const own = `demo-${run}`;
  await putSupply(instance, own, true);
  const ada = await aPerson(instance, "ada", run, [own]);
  const bo = await aPerson(instance, "bo", run);
  await putPolicy(instance, { allowed: true, channel: own, reference_model: own });
  return { run, channel: own, model: own, ada, bo, supplierKey: `sk-sandbox-openai-500usd-${own}-a` };
}

/**
 * Set up one run, run the story on it, and put everything back, however it ends: OpenAI's policy as it
 * was, the run's model and channel switched off. Errors: the story's own, and `end`'s reason once that is aborted.
 */
export async function onStage(
  instance: Instance,
  story: (stage: Stage) => Promise<void>,
  end = new AbortController().signal,
): Promise<void> {
  const run = randomText(RUN_LENGTH).toLowerCase();
  const before = await readOwnPolicy(instance);
  try {
    const stage = await setStage(instance, run);
    end.throwIfAborted();
    const ended = new Promise<never>((_, reject) => end.addEventListener("abort", () => reject(end.reason as Error)));
    await Promise.race([story(stage), ended]);
  } finally {
    await putPolicy(instance, before);
    await putSupply(instance, `demo-${run}`, false);
  }
}

/** The pool's key of that owner, as an admin sees it. */
export async function findKey({ web, admin_api_key: key }: Instance, owner: string) {
  const { body } = await call(`${web}/api/v1/admin/pool?limit=100`, { key });
  const keys = body["data"] as { owner_id: string | null; quota_left_usd: number; cost_usd: number }[];
  return keys.find(({ owner_id: ownerId }) => ownerId === owner) ?? null;
}
