import clsx from "clsx";
import type { ComponentProps, ReactNode } from "react";

/** A surface that groups what belongs together. */
export function Card({ className, ...rest }: ComponentProps<"section">) {
  return <section {...rest} className={clsx("rounded-lg border border-line bg-surface shadow-1", className)} />;
}

/** The head of a card: its title, a line about it, and what can be done with it. */
export function CardHeader({
  title,
  note,
  children,
  id,
}: {
  title: string;
  note?: ReactNode;
  children?: ReactNode;
  id?: string;
}) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-5 pt-4 pb-3">
      <div>
        <h2 id={id} className="text-sm font-semibold text-ink">
          {title}
        </h2>
        {note && <div className="mt-0.5 text-[13px] text-ink-3">{note}</div>}
      </div>
      {children && <div className="flex items-center gap-2">{children}</div>}
    </div>
  );
}
