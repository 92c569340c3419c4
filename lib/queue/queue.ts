import {
  createPostgresBackend,
  type JobProgress,
  type PostgresConnectionOptions,
  type PostgresQueueBackend,
  Queue as BullQueue,
  runMigrations,
  Worker,
} from "bullmq";
import pg from "pg";
import { delay, nowMs } from "../time";
import type { JobPayload } from "./outbox.store";

/** The schema in which the queue lives without Redis. */
const QUEUE_SCHEMA = "bullmq";

/**
 * Bring the queue's own schema up to date, as the role that may: part of migrating, before the application starts.
 *
 * Several that start at once wait for each other; what was done before isn't done again.
 */
export async function migrateQueue(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await runMigrations(client, QUEUE_SCHEMA);
  } finally {
    await client.end();
  }
}

/** One job as its handler gets it. `outboxId` is null for a scheduled one. */
export type Job = { topic: string; payload: JobPayload; outboxId: bigint | null };
export type Handler = (job: Job) => Promise<void>;

/** The process's queue: in Redis where there is one, else in PostgreSQL. Never the truth: the outbox is. */
export type Queue = {
  /**
   * Hand over an outbox row; handing it over again while the queue tries it changes nothing, and begins anew once the queue has
   * given it up. `now` has it tried at once.
   */
  add(topic: string, payload: JobPayload, outboxId: bigint, now?: boolean): Promise<void>;
  /** Have a job done again and again. Doing so again with the same name replaces it. Units: milliseconds. */
  schedule(topic: string, everyMs: number): Promise<void>;
  /** Start working jobs off: each by its topic's handler. A handler that throws is tried again, later each time. */
  work(handlers: Readonly<Record<string, Handler>>): void;
  /** Stop: what is being worked off ends first. */
  close(): Promise<void>;
};

type Tell = (problem: string, error: unknown) => void;
export type QueueOptions = {
  /** Redis, where there is one. */
  redisUrl?: string | undefined;
  databaseUrl: string;
  /** Told of what went wrong in the background. */
  tell?: Tell;
  concurrency?: number;
  /** How often a job is tried until its row is handed over anew. */
  attempts?: number;
};

const NAME = "scrip";
const REDIS_PREFIX = "{scrip}";
const CONNECTIONS_MAX = 5;
const CONCURRENCY = 5;
const ATTEMPTS_MAX = 30;
const SCHEDULED_ATTEMPTS_MAX = 3;
const BACKOFF_FIRST_MS = 1_000;
const BACKOFF_MAX_MS = 300_000;
const LOCK_MS = 60_000;
const ANSWER_MS_MAX = 5_000;
const GOODBYE_MS_MAX = 10_000;
/** An outage breaks every connection again and again: it is told of once in so long. */
const QUIET_MS = 60_000;

/** One second, doubling, to five minutes; 30 attempts take about two hours, then its row is handed over anew. */
const backoffMs = (attempts: number): number =>
  Math.min(BACKOFF_FIRST_MS * 2 ** Math.min(attempts - 1, 20), BACKOFF_MAX_MS);

/** A job that was given up goes: one that stayed would keep its row from being handed over again. */
const JOB_OPTIONS = {
  attempts: ATTEMPTS_MAX,
  backoff: { type: "capped" },
  removeOnComplete: true,
  removeOnFail: true,
};

/** Its own pool, whose connections find the queue's schema. */
function openQueuePool(databaseUrl: string, tell: Tell): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: CONNECTIONS_MAX,
    options: `-c search_path=${QUEUE_SCHEMA}`,
    keepAlive: true,
  });
  const onBreak = (error: Error): void => tell("a connection of the queue broke", error);
  pool.on("error", onBreak);
  // The pool's own listener is off while a connection is handed over.
  pool.on("connect", (client) => client.on("error", onBreak));
  return pool;
}

const toJob = (name: string, data: JobPayload): Job => {
  const { outbox_id: outboxId, ...payload } = data;
  return { topic: name, payload, outboxId: typeof outboxId === "string" ? BigInt(outboxId) : null };
};

type Perform = (job: { name: string; data: JobPayload }) => Promise<void>;
type WorkerRules = {
  concurrency: number;
  lockDuration: number;
  settings: { backoffStrategy: (attempts: number) => number };
};
/** The two halves of BullMQ over one backend; both backends have the same verbs. */
type Halves = {
  queue: RedisQueue | PostgresQueue;
  startWorker: (perform: Perform, rules: WorkerRules) => RedisWorker | PostgresWorker;
};
type RedisQueue = BullQueue<JobPayload, void, string>;
type RedisWorker = Worker<JobPayload, void>;
type PostgresQueue = BullQueue<
  JobPayload,
  void,
  string,
  JobPayload,
  void,
  string,
  PostgresQueueBackend,
  PostgresConnectionOptions
>;
type PostgresWorker = Worker<JobPayload, void, string, PostgresQueueBackend, JobProgress, PostgresConnectionOptions>;

function inRedis(url: string): Halves {
  // Adding fails fast, since the relay tries again; a worker waits for Redis for as long as it takes.
  const adding = {
    connection: { url, enableOfflineQueue: false },
    prefix: REDIS_PREFIX,
    defaultJobOptions: JOB_OPTIONS,
  };
  const waiting = { connection: { url, maxRetriesPerRequest: null }, prefix: REDIS_PREFIX };
  return {
    queue: new BullQueue<JobPayload, void, string>(NAME, adding),
    startWorker: (perform, rules) => new Worker<JobPayload, void>(NAME, perform, { ...waiting, ...rules }),
  };
}

function inPostgres(connection: pg.Pool): Halves {
  const adding = { connection, defaultJobOptions: JOB_OPTIONS };
  return {
    queue: new BullQueue<
      JobPayload,
      void,
      string,
      JobPayload,
      void,
      string,
      PostgresQueueBackend,
      PostgresConnectionOptions
    >(NAME, adding, createPostgresBackend),
    startWorker: (perform, rules) =>
      new Worker<JobPayload, void, string, PostgresQueueBackend, JobProgress, PostgresConnectionOptions>(
        NAME,
        perform,
        { connection, ...rules },
        createPostgresBackend,
      ),
  };
}

/** What the backend answers, or an error when it doesn't in time: one that was never reached is waited for for ever. */
async function answered(work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  const late = delay(ANSWER_MS_MAX, timer.signal).then(() => {
    throw new Error("the queue doesn't answer");
  });
  try {
    await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined); // ended below, and nobody waits for it any more
    timer.abort(new Error("answered"));
  }
}

/** Tells of each problem at most once a minute. */
function rarely(tell: Tell): Tell {
  const toldMs = new Map<string, number>();
  return (problem, error) => {
    const atMs = nowMs();
    if (atMs - (toldMs.get(problem) ?? -QUIET_MS) < QUIET_MS) return;
    toldMs.set(problem, atMs);
    tell(problem, error);
  };
}

/**
 * Open the process's queue.
 *
 * On PostgreSQL its schema must have been migrated (`migrateQueue`). Errors that happen in the background are told; a
 * Redis or PostgreSQL that goes away is waited for.
 */
export function openQueue(options: QueueOptions): Queue {
  const { redisUrl, databaseUrl, tell = () => undefined, concurrency = CONCURRENCY, attempts = ATTEMPTS_MAX } = options;
  const tellOutage = rarely(tell);
  const pool = redisUrl === undefined ? openQueuePool(databaseUrl, tellOutage) : undefined;
  const { queue, startWorker } = pool ? inPostgres(pool) : inRedis(redisUrl ?? "");
  queue.on("error", (error) => tellOutage("the queue reports an error", error));
  let worker: RedisWorker | PostgresWorker | undefined;
  let closing: Promise<void> | undefined;

  async function endInOrder(): Promise<void> {
    await worker?.close();
    await queue.close();
    await pool?.end();
  }
  /** A backend that is away answers no goodbye: then its connections are dropped. What was under way is done again. */
  async function end(): Promise<void> {
    const isInOrder = await Promise.race([endInOrder().then(() => true), delay(GOODBYE_MS_MAX).then(() => false)]);
    if (isInOrder) return;
    // Not waited for: of a connection that is down no end is ever told.
    for (const half of [worker, queue]) half?.disconnect().catch(() => undefined);
  }

  /** Take a job out that the queue gave up, or that isn't to wait any longer; one that runs stays. */
  async function clear(jobId: string, now: boolean): Promise<void> {
    const known = await queue.getJob(jobId);
    if (!known) return;
    const state = await known.getState();
    if (state === "failed" || (now && state !== "active")) await known.remove();
  }

  return {
    async add(topic, payload, outboxId, now = false) {
      // The job's id makes a second hand-over of the row nothing; ids must not be all digits.
      const job = { ...payload, outbox_id: String(outboxId) };
      const jobId = `outbox-${outboxId}`;
      await answered(clear(jobId, now).then(() => queue.add(topic, job, { jobId, attempts })));
    },
    async schedule(topic, everyMs) {
      const template = { name: topic, data: {}, opts: { ...JOB_OPTIONS, attempts: SCHEDULED_ATTEMPTS_MAX } };
      await answered(queue.upsertJobScheduler(topic, { every: everyMs }, template));
    },
    work(handlers) {
      const perform: Perform = async ({ name, data }) => {
        const handler = handlers[name];
        if (!handler) throw new Error(`no handler for the job ${name}`);
        await handler(toJob(name, data));
      };
      worker = startWorker(perform, { concurrency, lockDuration: LOCK_MS, settings: { backoffStrategy: backoffMs } });
      worker.on("error", (error) => tellOutage("the queue's worker reports an error", error));
      worker.on("failed", (job, error) =>
        tell(`job ${job?.name ?? "?"} failed, attempt ${job?.attemptsMade ?? 0}`, error),
      );
    },
    close() {
      closing ??= end();
      return closing;
    },
  };
}
