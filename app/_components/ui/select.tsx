"use client";

import { Select as Primitive } from "@base-ui/react/select";
import clsx from "clsx";
import { Check, ChevronsUpDown } from "lucide-react";
import { inputClass } from "./field";
import { menuItemClass, popupClass } from "./menu";

export type Option = { value: string; label: string };
type SelectProps = {
  label: string;
  options: Option[];
  value?: string;
  defaultValue?: string;
  name?: string;
  onChange?: (value: string) => void;
  className?: string;
};

/** One choice out of several. With `name` it takes part in its form. */
export function Select({ label, options, value, defaultValue, name, onChange, className = "w-full" }: SelectProps) {
  return (
    <Primitive.Root
      items={options}
      name={name}
      value={value}
      defaultValue={defaultValue}
      onValueChange={(next: string | null) => next !== null && onChange?.(next)}
    >
      <Primitive.Trigger
        aria-label={label}
        className={clsx(inputClass, "flex cursor-default items-center justify-between gap-2 text-left", className)}
      >
        <Primitive.Value className="truncate" />
        <Primitive.Icon>
          <ChevronsUpDown aria-hidden="true" className="size-3.5 text-ink-3" />
        </Primitive.Icon>
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Positioner sideOffset={6} alignItemWithTrigger={false} className="z-50 outline-none">
          <Primitive.Popup
            className={clsx(popupClass, "max-h-(--available-height) min-w-(--anchor-width) overflow-y-auto")}
          >
            {options.map((option) => (
              <Primitive.Item
                key={option.value}
                value={option.value}
                className={clsx(menuItemClass, "justify-between")}
              >
                <Primitive.ItemText>{option.label}</Primitive.ItemText>
                <Primitive.ItemIndicator>
                  <Check aria-hidden="true" className="size-4 text-accent-ink" />
                </Primitive.ItemIndicator>
              </Primitive.Item>
            ))}
          </Primitive.Popup>
        </Primitive.Positioner>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
