import { Skeleton, TableSkeleton } from "@/app/_components/ui/skeleton";

export default function Loading() {
  return (
    <div aria-busy="true">
      <Skeleton className="h-7 w-40" />
      <div className="mt-8 grid gap-4 lg:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)]">
        <Skeleton className="h-80" />
        <Skeleton className="h-80" />
      </div>
      <div className="mt-4 rounded-lg border border-line bg-surface">
        <TableSkeleton rows={3} />
      </div>
    </div>
  );
}
