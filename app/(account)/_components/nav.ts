import { ArrowLeftRight, ChartNoAxesColumn, KeyRound, LayoutDashboard, Settings, type LucideIcon } from "lucide-react";

export type NavItem = {
  name: "overview" | "keys" | "usage" | "transfers" | "settings";
  href: string;
  icon: LucideIcon;
};

/** Where the account's pages are, by what they are for. */
export const NAV: { section: "use" | "account"; items: NavItem[] }[] = [
  {
    section: "use",
    items: [
      { name: "overview", href: "/overview", icon: LayoutDashboard },
      { name: "keys", href: "/keys", icon: KeyRound },
      { name: "usage", href: "/usage", icon: ChartNoAxesColumn },
    ],
  },
  {
    section: "account",
    items: [
      { name: "transfers", href: "/transfers", icon: ArrowLeftRight },
      { name: "settings", href: "/settings", icon: Settings },
    ],
  },
];

export const NAV_ITEMS: NavItem[] = NAV.flatMap(({ items }) => items);

/** Whether a page belongs under an entry. */
export const isWithin = (path: string, href: string): boolean => path === href || path.startsWith(`${href}/`);
