import type { LoadMaker } from "./load-maker";
import type { Row } from "./report";
import { portOf, type Subject } from "./subject";

const WANTED = 5_000;

/** How many streams the gateway holds open at once, each of which must have begun and must end whole. */
export async function measureStreams(maker: LoadMaker, gateway: Subject, streams: number): Promise<Row> {
  const { held, opened, ended } = await maker.hold({ port: portOf(gateway), requests: gateway.held, streams });
  const whole = Math.min(held, opened, ended);
  return {
    measure: "concurrent streams held",
    figure: String(whole),
    target: `>= ${WANTED}`,
    isMet: whole >= WANTED,
    details: { asked: streams, held, opened, ended },
  };
}
