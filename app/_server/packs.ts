import { micros } from "@/lib/money";
import type { Settings } from "@/lib/settings";
import type { PackView } from "../_components/packs";

/** The packs on sale, as pages show them. */
export const toPackViews = ({ packs }: Pick<Settings, "packs">): PackView[] =>
  packs.map(({ id, credits, base_credits: base, usd }) => {
    const bonus = micros(credits - base);
    return { id, credits, base, bonus, bonusPercent: Number((bonus * 100n) / credits), usd };
  });
