"use client";

import { lazy } from "react";

/** What a balance pays for, for those who have one: visitors don't load what keeps a balance live. */
export const LazyAffordable = lazy(async () => ({ default: (await import("./affordable")).Affordable }));
