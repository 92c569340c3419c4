"use client";

import { type ComponentProps, type ComponentType, type ReactElement, useState } from "react";

/** What a menu that is loaded later is given: the button that opens it, beside its own. */
export type MenuPopupProps = { trigger: ReactElement };

type LazyMenuProps<Props> = Omit<ComponentProps<"button">, "onClick"> & {
  label: string;
  load: () => Promise<{ default: ComponentType<Props & MenuPopupProps> }>;
  menuProps: Props;
};

/**
 * A button whose menu is fetched when somebody is about to open it, and opened by the click that asked for it.
 *
 * Menus with their placement are a fifth of what a page would load, and most visits open none.
 */
export function LazyMenu<Props extends object>({ label, load, menuProps, ...button }: LazyMenuProps<Props>) {
  const [Popup, setPopup] = useState<ComponentType<Props & MenuPopupProps> | null>(null);
  if (Popup) return <Popup {...menuProps} trigger={<button type="button" {...button} />} />;
  const prepare = () => void load();
  const open = async () => {
    const { default: loaded } = await load();
    setPopup(() => loaded);
  };
  return (
    <button
      type="button"
      {...button}
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={prepare}
      onFocus={prepare}
      onClick={open}
    />
  );
}
