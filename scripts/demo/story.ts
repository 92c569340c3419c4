import { nowMs, toIso } from "../../lib/time";
import { Stop } from "../console";
import { type Instance, ask, call, until } from "./instance";
import { type Stage, findKey } from "./stage";

const show = (value: unknown): string =>
  typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 9 }) : String(value);

/** Print a figure and compare it with what it must be. Errors: `Stop` where it differs. */
export function figure(what: string, actual: unknown, expected: unknown): void {
  process.stdout.write(`     ${what.padEnd(42)} ${show(actual).padStart(12)}\n`);
  if (actual !== expected) throw new Stop(`${what} is ${show(actual)}, and should be ${show(expected)}`);
}

/** Print a step of the story. */
function chapter(number: number, text: string): void {
  process.stdout.write(`\n  ${number}. ${text}\n`);
}

const DAY_MS = 86_400_000;

type Balance = { available: number; spendable: number; unvested: number; by_source: { purchased: number } };

const balanceOf = async ({ web }: Instance, key: string): Promise<Balance> =>
  (await ask(`${web}/api/v1/balance`, { key })) as unknown as Balance; // as the API's document says

/** Ada buys a pack on the pay page, and Stripe's signed event credits it. */
export async function buy(instance: Instance, { ada, run }: Stage): Promise<void> {
  const { web, sandbox } = instance;
  chapter(1, "Ada buys a Starter pack for USD 10.");
  const order = { method: "POST", key: ada.key, body: { pack: "starter" }, once: `buy-${run}` };
  const id = String((await ask(`${web}/api/v1/checkout`, order))["id"]);
  await ask(`${sandbox}/_sandbox/stripe/pay/${id}`, { method: "POST", body: {} });
  await until("the purchase is credited", async () => {
    const { state } = await ask(`${web}/api/v1/purchases/${id}`, { key: ada.key });
    return state === "credited" ? state : null;
  });
  figure("Ada's credits", (await balanceOf(instance, ada.key)).available, 1_000);
}

/** Bo contributes a key with USD 500 on it, and is granted its worth less the fee. */
export async function contribute(instance: Instance, { bo, run, supplierKey }: Stage): Promise<string> {
  const api = `${instance.web}/api/v1`;
  chapter(2, "Bo contributes an OpenAI key with USD 500 on it.");
  const offer = { provider: "openai", api_key: supplierKey };
  const quote = await ask(`${api}/contributions/quotes`, { method: "POST", key: bo.key, body: offer });
  figure("reference requests that it pays for", quote["requests"], 16_666);
  figure("worth, in credits", quote["gross_credits"], 83_330);
  figure("fee of 10%", quote["fee_credits"], 8_333);
  const body = { quote_id: quote["id"], attest: true };
  const made = await ask(`${api}/contributions`, { method: "POST", key: bo.key, body, once: `contribute-${run}` });
  figure("granted to Bo", made["net_credits"], 74_997);
  figure("of these spendable at once, in advance", (await balanceOf(instance, bo.key)).spendable, 74_997);
  return String(made["id"]);
}

/** Ada asks GPT-4 with 1,000 tokens for 500: the sandbox counts them as the real tokenizer does. */
export async function spend(instance: Instance, { ada, model }: Stage): Promise<void> {
  chapter(3, "Ada asks GPT-4 through Bo's key: 1,000 tokens in, 500 out.");
  const content = `Reply with 500 tokens.${" pad".repeat(987)}`;
  const request = { method: "POST", key: ada.key, body: { model, messages: [{ role: "user", content }] } };
  const reply = await until("the gateway knows the model and the key", async () => {
    const { status, body } = await call(`${instance.gateway}/v1/chat/completions`, request);
    if (status === 200) return body;
    return [404, 503].includes(status) ? null : ask(`${instance.gateway}/v1/chat/completions`, request);
  });
  const usage = reply["usage"] as Record<string, number>; // as OpenAI's format has it
  figure("tokens in", usage["prompt_tokens"], 1_000);
  figure("tokens out", usage["completion_tokens"], 500);
  figure("charged, in credits", usage["credits"], 8);
  figure("Ada's credits", (await balanceOf(instance, ada.key)).available, 992);
}

/** What the request earned Bo, and what it cost the key. */
export async function vest(instance: Instance, { bo }: Stage, contribution: string): Promise<void> {
  chapter(4, "Bo's credits vest as the key is used.");
  const served = await until("the request has vested", async () => {
    const body = await ask(`${instance.web}/api/v1/contributions/${contribution}`, { key: bo.key });
    return body["requests_served"] === 1 ? body : null;
  });
  figure("vested", served["vested_credits"], 6.74973);
  figure("still to vest", served["remaining_credits"], 74_990.25027);
  const key = await findKey(instance, bo.id);
  figure("left on the key, in USD", key?.quota_left_usd, 499.955);
}

/** The admin's two layers of the run's own channel. */
export async function account({ web, admin_api_key: key }: Instance, { channel }: Stage): Promise<void> {
  chapter(5, "The admin sees both layers.");
  const query = new URLSearchParams({ group_by: "channel", from: toIso(nowMs() - DAY_MS) });
  const { groups } = await ask(`${web}/api/v1/admin/pnl?${query.toString()}`, { key });
  const own = (groups as Record<string, unknown>[]).find(({ group }) => group === channel);
  figure("credits layer: spent", own?.["credits_spent"], 8);
  figure("their nominal value, in USD", own?.["revenue_usd"], 0.08);
  figure("system layer: cost, in USD", own?.["cost_total_usd"], 0.045);
  figure("profit: the layers' difference, in USD", own?.["profit_usd"], 0.035);
}
