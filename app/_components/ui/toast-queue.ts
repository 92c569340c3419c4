export type ToastInput = {
  title: string;
  text?: string;
  isError?: boolean;
  undo?: { label: string; run: () => void };
};
type Show = (toast: ToastInput) => void;

// Toasts that come before their list has been loaded wait here.
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

/** Be told of the first toast; answers the end of it. */
export function onFirstToast(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether there has been a toast: then there must be a place for it. */
export const hasToasts = (): boolean => isNeeded;
