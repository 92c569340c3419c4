"use client";

import clsx from "clsx";
import { useId } from "react";

type SegmentsProps<Value extends string> = {
  label: string;
  options: { value: Value; label: string }[];
  value: Value;
  onChange: (value: Value) => void;
};

/** One of few choices, all of them in sight. They are radio buttons, so that arrow keys choose among them. */
export function Segments<Value extends string>({ label, options, value, onChange }: SegmentsProps<Value>) {
  const name = useId();
  return (
    <div
      role="radiogroup"
      aria-label={label}
      className="inline-flex h-9 max-sm:w-full rounded-md border border-line bg-sunken p-0.5 text-[13px] font-medium"
    >
      {options.map((option) => (
        <label
          key={option.value}
          className={clsx(
            "flex flex-1 cursor-pointer items-center justify-center rounded-sm px-3 whitespace-nowrap has-focus-visible:outline-2 has-focus-visible:outline-accent",
            option.value === value ? "bg-surface text-ink shadow-1" : "text-ink-3 hover:text-ink",
          )}
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
            className="sr-only"
          />
          {option.label}
        </label>
      ))}
    </div>
  );
}
