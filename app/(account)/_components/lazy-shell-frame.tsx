"use client";

import { lazy } from "react";

/** The frame for pages that visitors see without it: they don't load its script. */
export const LazyShellFrame = lazy(async () => ({ default: (await import("./shell-frame")).ShellFrame }));
