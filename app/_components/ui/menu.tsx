"use client";

import { Menu as Primitive } from "@base-ui/react/menu";
import clsx from "clsx";
import type { ReactElement, ReactNode } from "react";

const popupClass =
  "z-50 min-w-44 rounded-md border border-line bg-raised p-1 shadow-2 outline-none origin-(--transform-origin) transition-[opacity,transform] duration-100 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0";
const menuItemClass =
  "flex h-8 w-full cursor-default items-center gap-2.5 rounded-sm px-2.5 text-sm outline-none select-none data-highlighted:bg-hover data-disabled:text-ink-3";

/** A menu that a button opens. `trigger` is that button; it is open at once where it was loaded to be opened. */
export function Menu({
  trigger,
  label,
  align = "end",
  children,
}: {
  trigger: ReactElement;
  label: string;
  align?: "start" | "end";
  children: ReactNode;
}) {
  return (
    <Primitive.Root modal={false} defaultOpen>
      <Primitive.Trigger render={trigger} aria-label={label} />
      <Primitive.Portal>
        <Primitive.Positioner side="bottom" align={align} sideOffset={6} className="z-50 outline-none">
          <Primitive.Popup className={popupClass}>{children}</Primitive.Popup>
        </Primitive.Positioner>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** One thing that a menu can do. */
export function MenuItem({ isDanger, ...rest }: Primitive.Item.Props & { isDanger?: boolean }) {
  return <Primitive.Item {...rest} className={clsx(menuItemClass, isDanger ? "text-danger" : "text-ink")} />;
}

/** An entry that leads to another page. */
export function MenuLink(props: Primitive.LinkItem.Props) {
  return <Primitive.LinkItem {...props} className={clsx(menuItemClass, "text-ink")} />;
}

export function MenuSeparator() {
  return <Primitive.Separator className="-mx-1 my-1 h-px bg-line" />;
}
