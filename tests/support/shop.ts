import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { Database } from "@/lib/db";
import { verifyLedger } from "@/lib/ledger";
import { openStripe, type StripeApi } from "@/lib/payments";
import { CONSUMER, type Handler, type Job } from "@/lib/queue";
import {
  recordFeesJob,
  recoverRecentEventsJob,
  recoverStripeEventsJob,
  refundPurchaseJob,
  type StripeContext,
  stripeEventJob,
  stripeSessionJob,
} from "../../workers/jobs/stripe-jobs";
import { startSandbox, type Sandbox } from "../../workers/sandbox/server";
import { aPerson, call, openApi, type Person, type Reply } from "./api";
import { aLog } from "./log";
import { stageModel } from "./stage";
import { until } from "./until";

export const WEBHOOK_SECRET = "whsec_of_the_tests";

type Row = { id: bigint; topic: string; payload: Job["payload"] };
export type StripeEventRow = { id: string; type: string; object: string };

/** All that buying needs: the API's routes, the sandbox's Stripe, a webhook on a port, and the jobs, run by hand. */
export type Shop = Awaited<ReturnType<typeof openShop>>;

/** The webhook's route on a port, as Stripe reaches it. */
async function serveWebhook(answer: (body: string, signature: string) => Promise<Reply>) {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      void answer(Buffer.concat(parts).toString("utf8"), String(request.headers["stripe-signature"] ?? "")).then(
        ({ status, text }) => response.writeHead(status).end(text),
        () => response.writeHead(500).end(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api/v1/stripe/webhook`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Point the environment at a sandbox's Stripe, before anything reads it. */
export function useStripeOf(sandbox: Sandbox): void {
  Object.assign(process.env, {
    STRIPE_SECRET_KEY: "sk_test_of_the_tests",
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    STRIPE_API_BASE: sandbox.url,
  });
}

/** Open a shop on a database of its own. */
export async function openShop() {
  const sandbox = await startSandbox({ port: 0 });
  useStripeOf(sandbox);
  const api = await openApi();
  const { database } = api;
  // So that requests are charged by a card that exists.
  await stageModel(database);
  const [checkout, purchase, purchases, refund, webhook] = await Promise.all([
    import("@/app/api/v1/checkout/route"),
    import("@/app/api/v1/purchases/[id]/route"),
    import("@/app/api/v1/purchases/route"),
    import("@/app/api/v1/purchases/[id]/refund/route"),
    import("@/app/api/v1/stripe/webhook/route"),
  ]);
  const notify = (body: string, signature: string): Promise<Reply> =>
    call("POST", "/stripe/webhook", webhook.POST, { body, headers: { "stripe-signature": signature } });
  const hook = await serveWebhook(notify);
  const stripe: StripeApi = openStripe({ secretKey: "sk_test_of_the_tests", apiBase: sandbox.url });
  const { log, lines } = aLog();
  const context: StripeContext = { database, log, stripe };
  let keys = 0;

  const control = async <T = Record<string, unknown>>(method: string, path: string, body: object = {}): Promise<T> => {
    const reply = await fetch(`${sandbox.url}/_sandbox${path}`, {
      method,
      ...(method !== "GET" && { body: JSON.stringify(body) }),
    });
    const answer = (await reply.json()) as T;
    if (!reply.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const settings = (change: object): Promise<unknown> => control("PUT", "/settings", { stripe: change });
  await settings({ webhook_url: hook.url, webhook_secret: WEBHOOK_SECRET, delay_ms_max: 40, copies: 2, seed: 7 });

  return {
    database,
    sandbox,
    stripe,
    context,
    lines,
    control,
    settings,
    notify,
    hookUrl: hook.url,
    checkout: (person: Person, body: object) => call("POST", "/checkout", checkout.POST, { as: person.key, body }),
    get: (person: Person, id: string) =>
      call("GET", `/purchases/${id}`, purchase.GET, { as: person.key, params: { id } }),
    list: (person: Person, query?: Record<string, string>) =>
      call("GET", "/purchases", purchases.GET, { as: person.key, query }),
    refund: (person: Person, id: string, key = `refund-${(keys += 1)}`) =>
      call("POST", `/purchases/${id}/refund`, refund.POST, {
        as: person.key,
        params: { id },
        headers: { "idempotency-key": key },
      }),
    events: async () => (await control<{ events: StripeEventRow[] }>("GET", "/stripe")).events,
    delivered: () =>
      until(async () => (await control<{ pending: number }>("GET", "/stripe")).pending === 0, "every event was taken"),
    waiting: () => waitingJobs(database),
    run: (rows?: readonly Row[]) => runJobs(context, rows),
    recordFees: () => recordFeesJob(context),
    recover: () => recoverStripeEventsJob(context),
    recoverRecent: () => recoverRecentEventsJob(context),
    verify: async () => (await verifyLedger(database)).violations,
    async close() {
      hook.close();
      await sandbox.stop();
      await api.close();
    },
  };
}

/** The shop of the file's tests, and a buyer of each test's own. */
export let shop: Shop;
export let ada: Person;

/** Give the file's tests a shop and each of them a buyer. */
export function useShop(): void {
  beforeAll(async () => {
    shop = await openShop();
  });
  beforeEach(async () => {
    ada = await aPerson(shop.database);
  });
  afterAll(() => shop.close());
}

/** What committed changes asked for and nobody has done yet, oldest first. */
async function waitingJobs(database: Database): Promise<Row[]> {
  const { rows } = await database.pool.query<Row>(
    `select id, topic, payload from outbox o where not exists
       (select from processed p where p.outbox_id = o.id and p.consumer = $1) order by id`,
    [CONSUMER],
  );
  return rows;
}

const HANDLERS: Record<string, (context: StripeContext, job: Job) => ReturnType<Handler>> = {
  stripe_event: stripeEventJob,
  stripe_session: stripeSessionJob,
  refund_purchase: refundPurchaseJob,
};

/** Run jobs in the order given, or all that wait, until none does. Returns how many ran. */
async function runJobs(context: StripeContext, given?: readonly Row[]): Promise<number> {
  let ran = 0;
  for (let rows = given ?? (await waitingJobs(context.database)); rows.length > 0;) {
    for (const { id, topic, payload } of rows) {
      await HANDLERS[topic]?.(context, { topic, payload, outboxId: id });
      ran += 1;
    }
    rows = given ? [] : await waitingJobs(context.database);
  }
  return ran;
}

/** Buy and pay, and have the events delivered and handled. Returns the purchase's id. */
export async function buy(shop: Shop, person: Person, order: object, payment: object = {}): Promise<string> {
  const begun = await shop.checkout(person, order);
  if (begun.status !== 201) throw new Error(`checkout: ${begun.status} ${begun.text}`);
  const id = String(begun.body["id"]);
  await shop.control("POST", `/stripe/pay/${id}`, payment);
  await settle(shop);
  return id;
}

/** Have Stripe's events delivered and handled, and whatever follows from them. */
export async function settle(shop: Shop): Promise<void> {
  for (let isQuiet = false; !isQuiet;) {
    await shop.delivered();
    isQuiet = (await shop.run()) === 0;
  }
}

/** Open a dispute of a purchase at Stripe, or bring the open one to another state, and have that delivered and handled. */
export async function disputeAtStripe(shop: Shop, id: string, status: string): Promise<void> {
  await shop.control("POST", `/stripe/dispute/${id}`, { status });
  await settle(shop);
}

/** Refund a purchase from Stripe's dashboard, all of it by default, and have that delivered and handled. */
export async function refundAtStripe(shop: Shop, id: string, order: object = {}): Promise<void> {
  await shop.control("POST", `/stripe/refund/${id}`, order);
  await settle(shop);
}
