import type { Micros, Nanos } from "@/lib/money";

/** A pack as pages show it. `bonusPercent` is how much of its credits is bonus, in whole percents, rounded down. */
export type PackView = {
  id: string;
  credits: Micros;
  base: Micros;
  bonus: Micros;
  bonusPercent: number;
  usd: Nanos;
};

/** A pack's name: its id with a capital letter. */
export const packName = (id: string): string => id.charAt(0).toUpperCase() + id.slice(1).replaceAll(/[-_.]/g, " ");
