import { createHmac } from "node:crypto";
import { setMaxListeners } from "node:events";
import { request } from "undici";
import { randomFraction } from "../../../lib/ids";
import { delay, nowMs } from "../../../lib/time";
import type { StripeEvent } from "./objects";

/** Where events go and how badly: real deliveries are late, doubled and out of order too. */
export type DeliverySettings = {
  webhookUrl: string | null;
  webhookSecret: string;
  /** Each copy comes at a random moment up to this. Units: milliseconds. */
  delayMsMax: number;
  copies: number;
  /** Whether deliveries are lost, all of them. */
  isDropping: boolean;
};

export type Deliveries = {
  settings: DeliverySettings;
  /** Make the delays the same ones again. */
  seed(seed: number): void;
  send(event: StripeEvent): void;
  /** How many copies wait to be taken. */
  pending(): number;
  /** Stop; what wasn't taken is lost. */
  stop(): void;
};

const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 60_000;
const TIMEOUT_MS = 10_000;

/** A sequence of fractions that a seed decides. Source: mulberry32. */
function fractionsOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The header by which the receiver knows who sent a body. Source: Stripe, "Verify webhook signatures manually". */
export function signatureOf(body: string, secret: string, atMs: number): string {
  const seconds = Math.floor(atMs / 1000);
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}

async function isTaken(url: string, body: string, secret: string, signal: AbortSignal): Promise<boolean> {
  try {
    const headers = { "content-type": "application/json", "stripe-signature": signatureOf(body, secret, nowMs()) };
    const reply = await request(url, { method: "POST", headers, body, signal, headersTimeout: TIMEOUT_MS });
    await reply.body.dump();
    return reply.statusCode >= 200 && reply.statusCode < 300;
  } catch {
    return false; // whatever the network did: it is retried
  }
}

/** Deliver events over HTTP: each in several copies, each copy again until it is taken. */
export function newDeliveries(initial: DeliverySettings): Deliveries {
  const settings = { ...initial };
  const stopping = new AbortController();
  const { signal } = stopping;
  // Each waiting copy listens.
  setMaxListeners(0, signal);
  let next = randomFraction;
  let pending = 0;

  async function deliver(url: string, event: StripeEvent, waitMs: number): Promise<void> {
    pending += 1;
    try {
      await delay(waitMs, signal);
      const body = JSON.stringify(event);
      for (let pauseMs = RETRY_FIRST_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, RETRY_MAX_MS)) {
        if (settings.isDropping || (await isTaken(url, body, settings.webhookSecret, signal))) return;
        await delay(pauseMs, signal);
      }
    } finally {
      pending -= 1;
    }
  }

  return {
    settings,
    seed: (seed) => void (next = fractionsOf(seed)),
    send(event) {
      const { webhookUrl, copies, delayMsMax } = settings;
      if (webhookUrl === null) return;
      // Aborted where the sandbox stops: that is no failure.
      for (let copy = 0; copy < copies; copy += 1) {
        deliver(webhookUrl, event, next() * delayMsMax).catch(() => undefined);
      }
    },
    pending: () => pending,
    stop: () => stopping.abort(),
  };
}
