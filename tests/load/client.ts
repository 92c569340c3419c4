import { connect, type Socket } from "node:net";
import { newReplyReader, type ReplyReader } from "./reply-reader";

/** What came of one request. Units: milliseconds since `startedMs`; status 0 where the connection broke. */
export type Measured = { status: number; firstByteMs: number; wholeMs: number };

/** One connection that sends one request after the other. */
export type Client = {
  send(request: Buffer, startedMs: number): Promise<Measured>;
  /** Resolves at the first byte of the reply's body, whose rest is read on. */
  untilFirstByte(request: Buffer): Promise<{ status: number; whole: Promise<Measured> }>;
  close(): void;
};

type Waiting = {
  reader: ReplyReader;
  startedMs: number;
  firstByteMs: number;
  first(): void;
  done(result: Measured): void;
};

/** A client of the server at that port, which connects again when its connection breaks. */
export function openClient(port: number): Client {
  let socket: Socket | undefined;
  let waiting: Waiting | undefined;

  const finish = (status: number): void => {
    const ended = waiting;
    waiting = undefined;
    if (!ended) return;
    ended.first();
    ended.done({ status, firstByteMs: ended.firstByteMs, wholeMs: performance.now() - ended.startedMs });
  };
  const dial = (): Socket => {
    const opened = connect({ host: "127.0.0.1", port, noDelay: true });
    opened.on("data", (chunk) => {
      if (!waiting) return;
      const isDone = waiting.reader.push(chunk);
      if (waiting.reader.hasBody && waiting.firstByteMs === 0) {
        waiting.firstByteMs = performance.now() - waiting.startedMs;
        waiting.first();
      }
      if (isDone) finish(waiting.reader.status);
    });
    opened.on("error", () => undefined); // "close" follows, and is the request's end
    opened.on("close", () => {
      if (socket === opened) socket = undefined;
      finish(0);
    });
    return opened;
  };
  const begin = (request: Buffer, startedMs: number, first: () => void): Promise<Measured> =>
    new Promise((done) => {
      waiting = { reader: newReplyReader(), startedMs, firstByteMs: 0, first, done };
      socket ??= dial();
      socket.write(request);
    });

  return {
    send: (request, startedMs) => begin(request, startedMs, () => undefined),
    untilFirstByte: (request) =>
      new Promise((resolve) => {
        let reader: ReplyReader | undefined;
        const whole = begin(request, performance.now(), () => resolve({ status: reader?.status ?? 0, whole }));
        reader = waiting?.reader;
      }),
    close: () => socket?.destroy(),
  };
}
