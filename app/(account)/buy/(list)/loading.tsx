// Of the list alone: an order that isn't there must be able to answer 404, and a page that began to stream can't.
import { Skeleton, TableSkeleton } from "@/app/_components/ui/skeleton";

export default function Loading() {
  return (
    <div aria-busy="true">
      <Skeleton className="h-7 w-40" />
      <div className="@container mt-8">
        <div className="grid gap-4 @3xl:grid-cols-3">
          <Skeleton className="h-48" />
          <Skeleton className="h-48" />
          <Skeleton className="h-48" />
        </div>
      </div>
      <Skeleton className="mt-4 h-44" />
      <div className="mt-4 rounded-lg border border-line bg-surface">
        <TableSkeleton rows={4} />
      </div>
    </div>
  );
}
