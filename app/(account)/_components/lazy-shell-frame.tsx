"use client";

import { lazy } from "react";
import type { ShellFrameProps } from "./shell-frame";

const Frame = lazy(async () => ({ default: (await import("./shell-frame")).ShellFrame }));

/** The frame for pages that visitors see without it: they don't load its script. */
export function LazyShellFrame(props: ShellFrameProps) {
  return <Frame {...props} />;
}
