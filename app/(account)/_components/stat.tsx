import type { ReactNode } from "react";

/** One figure and what it is. */
export function Stat({ label, value, note }: { label: string; value: ReactNode; note?: ReactNode }) {
  return (
    <div className="flex flex-col bg-surface p-4 sm:p-5">
      <p className="text-[13px] font-medium text-ink-3">{label}</p>
      <p className="mt-1 text-xl leading-tight font-semibold tracking-[-0.02em] tabular-nums *:whitespace-normal">
        {value}
      </p>
      {note && <p className="mt-0.5 text-[13px] text-ink-3">{note}</p>}
    </div>
  );
}
