import { Skeleton, TableSkeleton } from "../_components/ui/skeleton";

export default function Loading() {
  return (
    <div aria-busy="true">
      <Skeleton className="h-7 w-40" />
      <div className="mt-6 grid gap-4 sm:grid-cols-3">
        <Skeleton className="h-28" />
        <Skeleton className="h-28" />
        <Skeleton className="h-28" />
      </div>
      <div className="mt-4 rounded-lg border border-line bg-surface">
        <TableSkeleton rows={8} />
      </div>
    </div>
  );
}
