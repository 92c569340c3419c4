import path from "node:path";
import { Worker } from "node:worker_threads";
import { ScripError } from "../../../lib/errors";
import type { Log } from "../../../lib/log";
import type { ThreadAnswer, ThreadJob } from "./thread-job";

/** Runs jobs that would hold up everybody else, one at a time, beside the event loop. */
export type Thread = {
  /**
   * Do a job when its account's turn comes: accounts take turns, whatever each has waiting. `begin` runs right before it.
   *
   * Errors: the job's own, those of `begin`, and `ScripError` unavailable where the thread broke down over it or took too
   * long; the jobs after it are done by another one.
   */
  run(account: string, job: ThreadJob, begin?: () => void): Promise<unknown>;
  stop(): Promise<void>;
};

type Waiting = {
  job: ThreadJob;
  begin: () => void;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
};

export type ThreadLimits = {
  /** A job that takes longer is given up, with the thread that it runs in. */
  jobMs: number;
  /** What a job may take beside a body's bytes. */
  heapMb: number;
};
/** Several times what the largest body takes. */
const LIMITS: ThreadLimits = { jobMs: 30_000, heapMb: 768 };
/** On Node 24 a thread that ends beyond its limit with a large young generation aborts the process (nodejs/node#47224). */
const YOUNG_GENERATION_MB = 32;

const broken = (cause: unknown): ScripError =>
  new ScripError("unavailable", "The request couldn't be read at the moment. Try again shortly.", {
    retryAfterS: 1,
    cause,
  });

/** Beside the bundle of its process in production; from its source, by tsx, where that is what runs. */
function startWorker(heapMb: number): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: YOUNG_GENERATION_MB };
  const extension = path.extname(import.meta.url);
  if (extension !== ".ts") {
    return new Worker(new URL(`./gateway/threads/large-body.thread${extension}`, import.meta.url), { resourceLimits });
  }
  const source = new URL("./large-body.thread.ts", import.meta.url).href;
  const program = `import("tsx/esm/api").then(({ register }) => { register(); return import(${JSON.stringify(source)}); })`;
  return new Worker(program, { eval: true, resourceLimits });
}

/** Whose turn it is: the account that waits longest since its last one. */
function createTurns() {
  const byAccount = new Map<string, Waiting[]>();
  return {
    add(account: string, waiting: Waiting): void {
      const others = byAccount.get(account);
      if (others) others.push(waiting);
      else byAccount.set(account, [waiting]);
    },
    next(): Waiting | undefined {
      for (const [account, [first, ...others]] of byAccount) {
        byAccount.delete(account);
        if (others.length > 0) byAccount.set(account, others);
        return first;
      }
      return undefined;
    },
  };
}

/** A thread that starts with its first job, and again after one that it broke down over. */
export function createThread(log: Log, { jobMs, heapMb } = LIMITS): Thread {
  const turns = createTurns();
  let worker: Worker | undefined;
  let present: Waiting | undefined;
  let timer: NodeJS.Timeout | undefined;

  function end(settle: (waiting: Waiting) => void): void {
    const ended = present;
    clearTimeout(timer);
    present = undefined;
    if (ended) settle(ended);
    startNext();
  }

  function breakDown(failed: Worker, error: unknown): void {
    if (worker !== failed) return;
    worker = undefined;
    log.error({ error }, "a thread broke down over a body");
    void failed.terminate();
    end(({ reject }) => reject(broken(error)));
  }

  function start(): Worker {
    const started = startWorker(heapMb);
    started.unref();
    started.on("message", (answer: ThreadAnswer) => {
      if (worker === started) end((waiting) => settle(waiting, answer));
    });
    started.on("error", (error) => breakDown(started, error));
    started.on("exit", (code) => breakDown(started, new Error(`the thread ended with ${code}`)));
    return started;
  }

  function settle({ resolve, reject }: Waiting, answer: ThreadAnswer): void {
    if (answer.outcome === "done") return resolve(answer.result);
    if (answer.outcome === "refused") return reject(new ScripError(answer.code, answer.message, answer.details));
    log.error({ error: answer.message }, "a thread couldn't do its job");
    reject(broken(answer.message));
  }

  function startNext(): void {
    present = turns.next();
    if (!present) return;
    const { job, begin, reject } = present;
    try {
      begin();
    } catch (refusal) {
      present = undefined;
      reject(refusal);
      return startNext();
    }
    const runner = (worker ??= start());
    timer = setTimeout(() => breakDown(runner, new Error("the job took too long")), jobMs);
    runner.postMessage(job);
  }

  return {
    run: (account, job, begin = () => undefined) =>
      new Promise((resolve, reject) => {
        turns.add(account, { job, begin, resolve, reject });
        if (!present) startNext();
      }),
    async stop() {
      clearTimeout(timer);
      const last = worker;
      worker = undefined;
      await last?.terminate();
    },
  };
}
