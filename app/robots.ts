import type { MetadataRoute } from "next";

/** What search engines may show: what everybody can see without an account. */
export default function robots(): MetadataRoute.Robots {
  return {
    rules: {
      userAgent: "*",
      allow: "/",
      disallow: [
        "/admin",
        "/api/",
        "/buy",
        "/contribute",
        "/keys",
        "/overview",
        "/settings",
        "/transfers",
        "/usage",
        "/v1/",
      ],
    },
  };
}
