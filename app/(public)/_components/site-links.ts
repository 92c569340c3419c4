/** The public places, in the order that a visitor asks for them. */
export const SITE_LINKS = [
  { name: "how", href: "/#how" },
  { name: "models", href: "/models" },
  { name: "packs", href: "/#packs" },
  { name: "contribute", href: "/#contribute" },
  { name: "api", href: "/docs/api" },
] as const;
