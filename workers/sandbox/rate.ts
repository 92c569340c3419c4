/** A limit of requests per minute that fills up evenly, as providers' do. */
export type Rate = {
  readonly perMinute: number;
  /** Takes one request, or says how long until there is room for one. Units: milliseconds. */
  take(nowMs: number): { waitMs: number };
  /** How many requests there is room for. */
  left(nowMs: number): number;
};

const MINUTE_MS = 60_000;

/** A full allowance of `perMinute` requests. */
export function newRate(perMinute: number): Rate {
  const everyMs = MINUTE_MS / perMinute;
  let room = perMinute;
  let filledMs = 0;
  const fill = (nowMs: number): void => {
    if (filledMs > 0) room = Math.min(perMinute, room + (nowMs - filledMs) / everyMs);
    filledMs = nowMs;
  };
  return {
    perMinute,
    take(nowMs) {
      fill(nowMs);
      if (room < 1) return { waitMs: Math.ceil((1 - room) * everyMs) };
      room -= 1;
      return { waitMs: 0 };
    },
    left(nowMs) {
      fill(nowMs);
      return Math.floor(room);
    },
  };
}
