import { CopyButton } from "./copy-button";

/** Code to read and take along. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className="group relative rounded-md border border-line bg-sunken">
      <pre
        tabIndex={0}
        aria-label={label}
        className="overflow-x-auto p-4 pr-12 font-mono text-[12.5px] leading-relaxed text-ink"
      >
        <code>{code}</code>
      </pre>
      <div className="absolute top-1.5 right-0 rounded-md bg-sunken pr-2">
        <CopyButton text={code} label={label} />
      </div>
    </div>
  );
}
