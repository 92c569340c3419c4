import { buttonClass } from "@/app/_components/ui/button";
import { Skeleton, TableSkeleton } from "@/app/_components/ui/skeleton";
import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";

/** The way back to the list that a page belongs to. */
export function BackLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link
      href={href}
      className="mb-3 inline-flex items-center gap-1.5 rounded-sm text-[13px] text-ink-3 hover:text-ink"
    >
      <ArrowLeft aria-hidden="true" className="size-3.5" />
      {children}
    </Link>
  );
}

/** A page's title, a line about it, and its main action. */
export function PageHeader({ title, note, children }: { title: ReactNode; note?: ReactNode; children?: ReactNode }) {
  return (
    <div className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div>
        <h1 className="text-xl font-semibold">{title}</h1>
        {note && <div className="mt-1 text-ink-2">{note}</div>}
      </div>
      {children && <div className="flex items-center gap-2">{children}</div>}
    </div>
  );
}

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

/** A page on its way: a title, figures and rows of the size that they will have. */
export function PageSkeleton() {
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

type PagerProps = {
  label: string;
  older: { href: string; label: string } | null;
  newest: { href: string; label: string } | null;
};

/** From page to page of a list; each has an address of its own. */
export function Pager({ label, older, newest }: PagerProps) {
  if (!older && !newest) return null;
  return (
    <nav aria-label={label} className="flex justify-between gap-2 border-t border-line px-5 py-3">
      {newest ? (
        <Link href={newest.href} className={buttonClass("ghost", "sm", "-ml-3")}>
          {newest.label}
        </Link>
      ) : (
        <span />
      )}
      {older && (
        <Link href={older.href} className={buttonClass("secondary", "sm")}>
          {older.label}
        </Link>
      )}
    </nav>
  );
}
