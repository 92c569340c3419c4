/** The mark and the name. */
export function Logo({ hasName = true }: { hasName?: boolean }) {
  return (
    <span className="inline-flex items-center gap-2">
      {/* A vector of 600 bytes: nothing for an image optimiser to do. */}
      <img src="/logo.svg" alt={hasName ? "" : "scrip"} width={24} height={24} className="size-6" />
      {hasName && <span className="text-[17px] font-semibold tracking-[-0.03em] text-ink">scrip</span>}
    </span>
  );
}
