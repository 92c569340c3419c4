import clsx from "clsx";

/** A grey stand-in of the size that the content will have. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={clsx("skeleton block", className)} />;
}

/** Rows of a table on their way. */
export function TableSkeleton({ rows = 6 }: { rows?: number }) {
  return (
    <div className="flex flex-col divide-y divide-line" aria-busy="true">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex h-12 items-center gap-6 px-5">
          <Skeleton className="h-3.5 w-24" />
          <Skeleton className="h-3.5 w-40 max-w-[30%]" />
          <Skeleton className="ml-auto h-3.5 w-20" />
        </div>
      ))}
    </div>
  );
}
