"use client";

import { lazy } from "react";
import type { Micros } from "@/lib/money";

const Affordable = lazy(async () => ({ default: (await import("./affordable")).Affordable }));

/** What a balance pays for, for those who have one: visitors don't load what keeps a balance live. */
export function LazyAffordable({ exampleMicros }: { exampleMicros: Micros | null }) {
  return <Affordable exampleMicros={exampleMicros} />;
}
