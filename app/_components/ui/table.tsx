import clsx from "clsx";
import type { ComponentProps, ReactNode } from "react";

/** A table that scrolls in its own box, never the page; the box can be reached by keyboard. */
export function Table({ label, children, className }: { label: string; children: ReactNode; className?: string }) {
  return (
    <div className="relative overflow-x-auto" role="region" aria-label={label} tabIndex={0}>
      <table className={clsx("w-full border-collapse text-sm", className)}>{children}</table>
    </div>
  );
}

/** A column's head. */
export function Th({ className, isNumeric, ...rest }: ComponentProps<"th"> & { isNumeric?: boolean }) {
  return (
    <th
      scope="col"
      {...rest}
      className={clsx(
        "h-9 border-b border-line px-2 text-left text-xs font-medium whitespace-nowrap text-ink-3 first:pl-5 last:pr-5 sm:px-3 sm:first:pl-5 sm:last:pr-5",
        isNumeric && "text-right",
        className,
      )}
    />
  );
}

/** A cell. Numbers stand right, so that their places line up; only text that may is broken into lines. */
export function Td({
  className,
  isNumeric,
  isWrapped,
  ...rest
}: ComponentProps<"td"> & { isNumeric?: boolean; isWrapped?: boolean }) {
  return (
    <td
      {...rest}
      className={clsx(
        "h-11 border-b border-line px-2 first:pl-5 last:pr-5 sm:px-3 sm:first:pl-5 sm:last:pr-5",
        !isWrapped && "whitespace-nowrap",
        isNumeric && "text-right tabular-nums",
        className,
      )}
    />
  );
}

/** A row; the last one has no rule below it. */
export function Tr({ className, ...rest }: ComponentProps<"tr">) {
  return <tr {...rest} className={clsx("transition-colors last:[&>td]:border-b-0 hover:bg-hover/60", className)} />;
}
