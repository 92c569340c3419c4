"use client";

import dynamic from "next/dynamic";
import { useSyncExternalStore } from "react";
import { hasToasts, onFirstToast } from "./toast-queue";

const ToastList = dynamic(() => import("./toast-list"), { ssr: false });

/** Where toasts appear: loaded with the first one. */
export function ToastRegion() {
  const isShown = useSyncExternalStore(onFirstToast, hasToasts, () => false);
  return isShown ? <ToastList /> : null;
}
