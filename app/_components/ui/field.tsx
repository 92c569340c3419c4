import clsx from "clsx";
import { type ComponentProps, type ReactNode, useId } from "react";

export const inputClass = clsx(
  "h-9 rounded-md border border-line-strong bg-surface px-3 text-sm text-ink shadow-1",
  "placeholder:text-ink-3 transition-colors hover:border-ink-3",
  "focus-visible:border-accent focus-visible:outline-2 focus-visible:-outline-offset-1 focus-visible:outline-accent",
  "aria-invalid:border-danger disabled:bg-sunken disabled:text-ink-3",
);

export type FieldProps = {
  label: string;
  hint?: ReactNode;
  error?: string;
  /** Kept for screen readers only. */
  isLabelHidden?: boolean;
};
type Control = { id: string; "aria-invalid"?: true; "aria-describedby"?: string };

/** A label, its control, a hint and what is wrong, tied together for screen readers. */
export function Field({
  label,
  hint,
  error,
  isLabelHidden,
  children,
}: FieldProps & { children: (control: Control) => ReactNode }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className={isLabelHidden ? "sr-only" : "text-[13px] font-medium text-ink"}>
        {label}
      </label>
      {children({ id, "aria-invalid": error ? true : undefined, "aria-describedby": described })}
      {hint && (
        <div id={`${id}-hint`} className="text-[13px] text-ink-3">
          {hint}
        </div>
      )}
      {error && (
        <p id={`${id}-error`} className="text-[13px] text-danger">
          {error}
        </p>
      )}
    </div>
  );
}

/** A field with a one-line input. */
export function InputField({
  label,
  hint,
  error,
  isLabelHidden,
  className,
  ...input
}: FieldProps & ComponentProps<"input">) {
  return (
    <Field label={label} hint={hint} error={error} isLabelHidden={isLabelHidden}>
      {(control) => <input {...input} {...control} className={clsx(inputClass, "w-full", className)} />}
    </Field>
  );
}

/** A field with several lines of text. */
export function TextareaField({
  label,
  hint,
  error,
  isLabelHidden,
  className,
  ...input
}: FieldProps & ComponentProps<"textarea">) {
  return (
    <Field label={label} hint={hint} error={error} isLabelHidden={isLabelHidden}>
      {(control) => (
        <textarea rows={3} {...input} {...control} className={clsx(inputClass, "h-auto w-full py-2", className)} />
      )}
    </Field>
  );
}
