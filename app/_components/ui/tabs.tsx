"use client";

import { Tabs as Primitive } from "@base-ui/react/tabs";
import type { ReactNode } from "react";

export type Tab = { id: string; label: string; content: ReactNode };

/** Views of the same thing, one at a time; arrow keys move between them. */
export function Tabs({ tabs, label }: { tabs: Tab[]; label: string }) {
  return (
    <Primitive.Root defaultValue={tabs[0]?.id}>
      <Primitive.List aria-label={label} className="relative mb-3 flex gap-1 border-b border-line">
        {tabs.map((tab) => (
          <Primitive.Tab
            key={tab.id}
            value={tab.id}
            className="h-9 px-3 text-[13px] font-medium text-ink-3 transition-colors hover:text-ink data-active:text-ink"
          >
            {tab.label}
          </Primitive.Tab>
        ))}
        <Primitive.Indicator className="absolute -bottom-px left-0 h-0.5 w-(--active-tab-width) translate-x-(--active-tab-left) bg-accent transition-[translate,width] duration-150" />
      </Primitive.List>
      {tabs.map((tab) => (
        <Primitive.Panel key={tab.id} value={tab.id}>
          {tab.content}
        </Primitive.Panel>
      ))}
    </Primitive.Root>
  );
}
