// Of the list alone: a model that isn't there must be able to answer 404, and a page that began to stream can't.
import { Skeleton, TableSkeleton } from "@/app/_components/ui/skeleton";

export default function Loading() {
  return (
    <div aria-busy="true">
      <Skeleton className="h-7 w-40" />
      <div className="mt-6 flex flex-wrap gap-2">
        <Skeleton className="h-9 w-60" />
        <Skeleton className="h-9 w-40" />
        <Skeleton className="h-9 w-40" />
      </div>
      <div className="mt-4 rounded-lg border border-line bg-surface">
        <TableSkeleton rows={10} />
      </div>
    </div>
  );
}
