import clsx from "clsx";
import { inputClass } from "./field";

export type Option = { value: string; label: string };
type SelectProps = {
  label: string;
  options: Option[];
  value: string;
  onChange: (value: string) => void;
  className?: string;
};

/**
 * One choice out of several, by the system's own list: it fits thumbs and keyboards alike and costs no script, where
 * a list of our own would be a third of what a page loads.
 */
export function Select({ label, options, value, onChange, className = "w-full" }: SelectProps) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className={clsx(inputClass, "select truncate", className)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
