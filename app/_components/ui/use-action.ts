"use client";

import { useTransition } from "react";

type Listener = () => void;
const listeners = new Set<Listener>();
let isUnreachable = false;

function setUnreachable(is: boolean): void {
  if (isUnreachable === is) return;
  isUnreachable = is;
  for (const listener of listeners) listener();
}

/** Whether the server couldn't be reached: the browser says that it is offline, or the last action never got there. */
export const isOffline = (): boolean => isUnreachable || !navigator.onLine;

/** Be told when that may have changed; answers the end of it. */
export function onConnection(listener: Listener): () => void {
  const back = () => setUnreachable(false);
  listeners.add(listener);
  addEventListener("online", back);
  addEventListener("online", listener);
  addEventListener("offline", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("online", back);
    removeEventListener("online", listener);
    removeEventListener("offline", listener);
  };
}

/** `fetch` fails with a TypeError where nothing came back, whatever the browser calls it. */
const isNetworkError = (error: unknown): boolean => error instanceof TypeError || !navigator.onLine;

/**
 * As `useTransition`, for work that asks the server. Where that can't be reached the form stays as it is, and the page says so
 * (`OfflineNotice`), instead of giving way to an error page.
 */
export function useAction(): [isPending: boolean, start: (work: () => Promise<void>) => void] {
  const [isPending, startTransition] = useTransition();
  const start = (work: () => Promise<void>) =>
    startTransition(async () => {
      try {
        await work();
        setUnreachable(false);
      } catch (error) {
        if (!isNetworkError(error)) throw error;
        setUnreachable(true);
      }
    });
  return [isPending, start];
}
