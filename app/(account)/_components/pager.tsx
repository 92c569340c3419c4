import Link from "next/link";
import { buttonClass } from "@/app/_components/ui/button";

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
