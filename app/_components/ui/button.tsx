import clsx from "clsx";
import type { ComponentProps, ReactNode } from "react";
import { Spinner } from "./spinner";

type Variant = "primary" | "secondary" | "ghost" | "danger";
type Size = "sm" | "md" | "lg" | "icon";

const VARIANTS: Record<Variant, string> = {
  primary: "bg-accent-fill text-on-accent hover:bg-accent-fill-hover shadow-1",
  secondary: "bg-surface text-ink border border-line-strong hover:bg-hover shadow-1",
  ghost: "text-ink-2 hover:bg-hover hover:text-ink",
  danger: "bg-danger-fill text-on-danger hover:bg-danger-fill-hover shadow-1",
};
const SIZES: Record<Size, string> = {
  sm: "h-8 px-3 text-[13px]",
  md: "h-9 px-4 text-sm",
  lg: "h-11 px-6 text-[15px]",
  icon: "size-8 shrink-0",
};

/** The look of a button, for links that act as one. */
export function buttonClass(variant: Variant = "primary", size: Size = "md", extra?: string): string {
  return clsx(
    "inline-flex items-center justify-center gap-2 rounded-md font-medium whitespace-nowrap select-none",
    "transition-[background-color,color,box-shadow] duration-100 disabled:opacity-55 disabled:pointer-events-none",
    VARIANTS[variant],
    SIZES[size],
    extra,
  );
}

type ButtonProps = ComponentProps<"button"> & {
  variant?: Variant;
  size?: Size;
  isPending?: boolean;
  children: ReactNode;
};

/** A button that shows progress in place and can't be pressed twice while its work is under way. */
export function Button({ variant, size, isPending = false, className, disabled, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || isPending}
      aria-busy={isPending || undefined}
      className={buttonClass(variant, size, className)}
    >
      {isPending && <Spinner />}
      {children}
    </button>
  );
}
