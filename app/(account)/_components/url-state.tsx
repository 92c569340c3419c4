"use client";

// For the pages that keep their state in the address; the others don't load it.
export { NuqsAdapter as UrlState } from "nuqs/adapters/next/app";
