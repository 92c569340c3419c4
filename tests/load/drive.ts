import { openClient, type Client, type Measured } from "./client";
import { summarise, type Figures } from "./figures";

/** How hard to drive a server: so many at once, each after its reply; or at a rate, whatever the replies do. */
export type Load = { concurrency: number } | { perSecond: number };
/** What to send where, for how long, as what load. The requests are sent in turn. */
export type Drive = {
  port: number;
  requests: Buffer[];
  seconds: number;
  warmUpSeconds: number;
  load: Load;
};

type Recorder = {
  record(result: Measured): void;
  figures(): Figures;
  isOver(): boolean;
  untilMeasuring: Promise<void>;
};

/** Keeps what ends between warm-up and end; on a machine that stands still for so long, the first that ends after it. */
function newRecorder({ seconds, warmUpSeconds }: Drive): Recorder {
  const startMs = performance.now() + warmUpSeconds * 1000;
  const endMs = startMs + seconds * 1000;
  const results: Measured[] = [];
  return {
    untilMeasuring: new Promise((resolve) => setTimeout(resolve, warmUpSeconds * 1000)),
    isOver: () => performance.now() >= endMs && results.length > 0,
    record(result) {
      const now = performance.now();
      if (now >= startMs && (now < endMs || results.length === 0)) results.push(result);
    },
    figures: () => summarise(results, seconds),
  };
}

async function driveClosed(drive: Drive, concurrency: number, recorder: Recorder): Promise<void> {
  const loop = async (at: number): Promise<void> => {
    const client = openClient(drive.port);
    for (let turn = at; !recorder.isOver(); turn += concurrency) {
      const request = drive.requests[turn % drive.requests.length];
      if (request) recorder.record(await client.send(request, performance.now()));
    }
    client.close();
  };
  await Promise.all(Array.from({ length: concurrency }, (_, at) => loop(at)));
}

/** Latency counts from when a request was due, so that a stall isn't forgiven the requests that it held up. */
async function driveAtRate(drive: Drive, perSecond: number, recorder: Recorder): Promise<void> {
  const idle: Client[] = [];
  const all: Client[] = [];
  const open: Promise<void>[] = [];
  const startedMs = performance.now();
  const begin = async (at: number, dueMs: number): Promise<void> => {
    const client = idle.pop() ?? openClient(drive.port);
    if (!all.includes(client)) all.push(client);
    const request = drive.requests[at % drive.requests.length];
    if (request) recorder.record(await client.send(request, dueMs));
    idle.push(client);
  };
  for (let sent = 0; !recorder.isOver();) {
    for (;;) {
      const dueMs = startedMs + (sent * 1000) / perSecond;
      if (dueMs > performance.now()) break;
      open.push(begin(sent, dueMs));
      sent += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(open);
  for (const client of all) client.close();
}

/** Drive a server and measure; `onMeasuring` is called when the warm-up is over. */
export async function drive(order: Drive, onMeasuring: () => void): Promise<Figures> {
  const recorder = newRecorder(order);
  void recorder.untilMeasuring.then(onMeasuring);
  const { load } = order;
  if ("concurrency" in load) await driveClosed(order, load.concurrency, recorder);
  else await driveAtRate(order, load.perSecond, recorder);
  return recorder.figures();
}
