"use client";

import dynamic from "next/dynamic";
import { useSyncExternalStore } from "react";

export type ToastInput = {
  title: string;
  text?: string;
  isError?: boolean;
  undo?: { label: string; run: () => void };
};
type Show = (toast: ToastInput) => void;

// Loaded with the first toast; those that come before it has arrived wait here.
const ToastList = dynamic(() => import("./toast-list"), { ssr: false });
const waiting: ToastInput[] = [];
const listeners = new Set<() => void>();
let show: Show | null = null;
let isNeeded = false;

/** Say what happened. */
export function showToast(toast: ToastInput): void {
  if (show) return show(toast);
  waiting.push(toast);
  isNeeded = true;
  for (const listener of listeners) listener();
}

/** Hand what is said from here on to that function, and what has waited for it; answers the end of it. */
export function showToastsBy(by: Show): () => void {
  show = by;
  for (const toast of waiting.splice(0)) by(toast);
  return () => {
    show = null;
  };
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where toasts appear, once there is one. */
export function ToastRegion() {
  const isShown = useSyncExternalStore(
    listen,
    () => isNeeded,
    () => false,
  );
  return isShown ? <ToastList /> : null;
}
