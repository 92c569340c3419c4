import clsx from "clsx";
import type { ReactNode } from "react";

export type Tone = "neutral" | "accent" | "danger" | "warning";

const TONES: Record<Tone, string> = {
  neutral: "bg-sunken text-ink-2",
  accent: "bg-accent-soft text-accent-ink",
  danger: "bg-danger-soft text-danger",
  warning: "bg-warning-soft text-warning",
};

/** A word of status. The dot repeats the tone for the eye; the word carries the meaning. */
export function Badge({
  tone = "neutral",
  hasDot = false,
  children,
}: {
  tone?: Tone;
  hasDot?: boolean;
  children: ReactNode;
}) {
  return (
    <span
      className={clsx(
        "inline-flex min-h-5.5 items-center gap-1.5 rounded-full px-2 text-xs font-medium whitespace-nowrap",
        TONES[tone],
      )}
    >
      {hasDot && <span aria-hidden="true" className="size-1.5 rounded-full bg-current" />}
      {children}
    </span>
  );
}
