import {
  ArrowLeftRight,
  Boxes,
  ChartNoAxesColumn,
  CreditCard,
  HandCoins,
  KeyRound,
  LayoutDashboard,
  type LucideIcon,
  Scale,
  Settings,
} from "lucide-react";

export type NavItem = {
  name: "overview" | "models" | "keys" | "usage" | "contribute" | "buy" | "transfers" | "settings" | "admin";
  href: string;
  icon: LucideIcon;
};
export type NavSection = { section: "use" | "earn" | "account" | "administration"; items: NavItem[] };

const SECTIONS: NavSection[] = [
  {
    section: "use",
    items: [
      { name: "overview", href: "/overview", icon: LayoutDashboard },
      { name: "models", href: "/models", icon: Boxes },
      { name: "keys", href: "/keys", icon: KeyRound },
      { name: "usage", href: "/usage", icon: ChartNoAxesColumn },
    ],
  },
  { section: "earn", items: [{ name: "contribute", href: "/contribute", icon: HandCoins }] },
  {
    section: "account",
    items: [
      { name: "buy", href: "/buy", icon: CreditCard },
      { name: "transfers", href: "/transfers", icon: ArrowLeftRight },
      { name: "settings", href: "/settings", icon: Settings },
    ],
  },
];
const ADMINISTRATION: NavSection = {
  section: "administration",
  items: [{ name: "admin", href: "/admin", icon: Scale }],
};

/** Where the pages are, by what they are for; those of admins are shown to admins. */
export const navSections = (isAdmin: boolean): NavSection[] => (isAdmin ? [...SECTIONS, ADMINISTRATION] : SECTIONS);

/** The pages without their sections. */
export const navItems = (isAdmin: boolean): NavItem[] => navSections(isAdmin).flatMap(({ items }) => items);

/** Whether a page belongs under an entry. */
export const isWithin = (path: string, href: string): boolean => path === href || path.startsWith(`${href}/`);

/** Keeps on a device whether the sidebar is narrowed. */
export const SIDEBAR_COOKIE = "scrip-sidebar";
