import type { LoadMaker } from "./load-maker";
import type { Row } from "./report";
import { portOf, type Subject } from "./subject";

const WANTED = 5_000;

/** How many streams the gateway holds open at once, each of which must have begun and must end whole. */
export async function measureStreams(maker: LoadMaker, gateway: Subject, streams: number): Promise<Row> {
  const requests = gateway.streamed.map((request) => request.replace("pad pad pad pad", "hold pad pad pad"));
  const { held, opened, ended } = await maker.hold({ port: portOf(gateway), requests, streams });
  const whole = Math.min(held, opened, ended);
  return {
    measure: "concurrent streams held",
    figure: String(whole),
    target: `>= ${WANTED}`,
    isMet: whole >= WANTED,
    details: { asked: streams, held, opened, ended },
  };
}
