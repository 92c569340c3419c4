import { openClient } from "./client";
import { drive, type Drive } from "./drive";
import type { Figures } from "./figures";
import { startStub } from "./stub";

/** What the bench asks of the process that makes the load, one at a time. */
export type Order =
  | { kind: "drive"; drive: DriveOrder }
  /** Open so many streams, and hold them until each has had its first byte and then its end. */
  | { kind: "hold"; port: number; requests: string[]; streams: number };
export type DriveOrder = Omit<Drive, "requests"> & { requests: string[] };
export type Report =
  | { kind: "ready"; stubPort: number }
  | { kind: "measuring" }
  | { kind: "driven"; figures: Figures; busy: number }
  | { kind: "holding"; held: number; opened: number }
  | { kind: "held"; held: number; opened: number; ended: number };

const OPENING_AT_ONCE = 64;

const tell = (report: Report): void => void process.send?.(report);
const toBuffers = (requests: string[]): Buffer[] => requests.map((text) => Buffer.from(text));

const stub = await startStub();

async function driveOnce(order: DriveOrder): Promise<void> {
  let before = process.cpuUsage();
  let startedMs = performance.now();
  const figures = await drive({ ...order, requests: toBuffers(order.requests) }, () => {
    before = process.cpuUsage();
    startedMs = performance.now();
    tell({ kind: "measuring" });
  });
  const { user, system } = process.cpuUsage(before);
  tell({ kind: "driven", figures, busy: (user + system) / 1000 / (performance.now() - startedMs) });
}

async function holdStreams({ port, requests, streams }: Extract<Order, { kind: "hold" }>): Promise<void> {
  const buffers = toBuffers(requests);
  const clients = Array.from({ length: streams }, () => openClient(port));
  const wholes: Promise<{ status: number }>[] = [];
  let next = 0;
  const opener = async (): Promise<void> => {
    for (let at = next++; at < streams; at = next++) {
      const request = buffers[at % buffers.length];
      const opened = request && (await clients[at]?.untilFirstByte(request));
      if (opened?.status === 200) wholes.push(opened.whole);
    }
  };
  await Promise.all(Array.from({ length: OPENING_AT_ONCE }, opener));
  const held = stub.held();
  tell({ kind: "holding", held, opened: wholes.length });
  stub.release();
  const ended = (await Promise.all(wholes)).filter(({ status }) => status === 200).length;
  for (const client of clients) client.close();
  tell({ kind: "held", held, opened: wholes.length, ended });
}

process.on("message", (order: Order) => {
  void (order.kind === "drive" ? driveOnce(order.drive) : holdStreams(order));
});
process.on("disconnect", () => process.exit(0));
tell({ kind: "ready", stubPort: stub.port });
