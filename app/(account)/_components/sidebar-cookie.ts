/** Keeps on a device whether the sidebar is narrowed. */
export const SIDEBAR_COOKIE = "scrip-sidebar";
