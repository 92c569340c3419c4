import { Check } from "lucide-react";
import { type ReactNode, useId } from "react";

type StepProps = { number: number; title: string; isDone: boolean; children: ReactNode };

/** One step of the way, with its number or the mark that it is done. */
export function Step({ number, title, isDone, children }: StepProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="flex gap-3.5 p-5">
      <span
        aria-hidden="true"
        className={`flex size-6 shrink-0 items-center justify-center rounded-full text-xs font-semibold ${isDone ? "bg-accent-fill text-on-accent" : "bg-accent-soft text-accent-ink"}`}
      >
        {isDone ? <Check className="size-3.5" strokeWidth={3} /> : number}
      </span>
      <div className="min-w-0 flex-1">
        <h2 id={id} className="text-sm leading-6 font-semibold">
          {title}
        </h2>
        <div className="mt-3">{children}</div>
      </div>
    </section>
  );
}
