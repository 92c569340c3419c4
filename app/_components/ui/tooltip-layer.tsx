"use client";

import { useEffect, useRef } from "react";

const GAP_PX = 8;
const DELAY_MS = 250;

function place(tip: HTMLElement, target: Element): void {
  const around = target.getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  const left = Math.min(
    Math.max(GAP_PX, around.left + (around.width - size.width) / 2),
    innerWidth - size.width - GAP_PX,
  );
  const above = around.top - size.height - GAP_PX;
  tip.style.left = `${left}px`;
  tip.style.top = `${above >= GAP_PX ? above : around.bottom + GAP_PX}px`;
}

/**
 * One tooltip for the whole page: anything with `data-hint` shows that text on hover and on focus, and Escape hides it.
 *
 * One layer instead of a component around each target keeps server-rendered tables free of script.
 */
export function TooltipLayer() {
  const tip = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let shown: Element | null = null;
    const hide = () => {
      clearTimeout(timer);
      shown?.removeAttribute("aria-describedby");
      shown = null;
      tip.current?.hidePopover();
    };
    const show = (event: Event) => {
      const target = event.target instanceof Element ? event.target.closest("[data-hint]") : null;
      if (target === shown) return;
      hide();
      if (!target || !tip.current) return;
      shown = target;
      timer = setTimeout(
        () => {
          const box = tip.current;
          if (!box || !target.isConnected) return;
          box.textContent = target.getAttribute("data-hint");
          box.showPopover();
          target.setAttribute("aria-describedby", box.id);
          place(box, target);
        },
        event.type === "focusin" ? 0 : DELAY_MS,
      );
    };
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && hide();
    const listening = new AbortController();
    const options = { signal: listening.signal, passive: true };
    document.addEventListener("pointerover", show, options);
    document.addEventListener("focusin", show, options);
    document.addEventListener("focusout", hide, options);
    document.addEventListener("pointerdown", hide, options);
    document.addEventListener("scroll", hide, { ...options, capture: true });
    document.addEventListener("keydown", onKey, options);
    return () => {
      hide();
      listening.abort();
    };
  }, []);
  return (
    <div
      ref={tip}
      id="tooltip"
      role="tooltip"
      popover="manual"
      className="fixed m-0 max-w-80 rounded-sm bg-ink px-2.5 py-1.5 text-xs font-medium whitespace-pre-line text-canvas shadow-2"
    />
  );
}
