import { openClient } from "./client";
import { drive, type Drive } from "./drive";
import type { Figures } from "./figures";
import { startStub } from "./stub";

/** What the bench asks of the process that makes the load, one at a time. */
export type Command =
  | { kind: "drive"; drive: DriveCommand }
  /** Open so many streams, and hold them until each has had its first byte and then its end. */
  | { kind: "hold"; port: number; requests: string[]; streams: number };
export type DriveCommand = Omit<Drive, "requests"> & { requests: string[] };
export type Report =
  | { kind: "ready"; stubPort: number }
  | { kind: "measuring" }
  | { kind: "driven"; figures: Figures; busy: number }
  | { kind: "holding"; held: number; opened: number }
  | { kind: "held"; held: number; opened: number; ended: number };

const OPENING_AT_ONCE = 64;

const report = (message: Report): void => void process.send?.(message);
const toBuffers = (requests: string[]): Buffer[] => requests.map((text) => Buffer.from(text));

const stub = await startStub();

async function driveOnce(command: DriveCommand): Promise<void> {
  let before = process.cpuUsage();
  let startedMs = performance.now();
  const figures = await drive({ ...command, requests: toBuffers(command.requests) }, () => {
    before = process.cpuUsage();
    startedMs = performance.now();
    report({ kind: "measuring" });
  });
  const { user, system } = process.cpuUsage(before);
  report({ kind: "driven", figures, busy: (user + system) / 1000 / (performance.now() - startedMs) });
}

async function holdStreams({ port, requests, streams }: Extract<Command, { kind: "hold" }>): Promise<void> {
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
  report({ kind: "holding", held, opened: wholes.length });
  stub.release();
  const ended = (await Promise.all(wholes)).filter(({ status }) => status === 200).length;
  for (const client of clients) client.close();
  report({ kind: "held", held, opened: wholes.length, ended });
}

process.on("message", (command: Command) => {
  void (command.kind === "drive" ? driveOnce(command.drive) : holdStreams(command));
});
process.on("disconnect", () => process.exit(0));
report({ kind: "ready", stubPort: stub.port });
