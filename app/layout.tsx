import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { appUrl } from "./_server/request";
import { THEME_SCRIPT } from "./_components/theme";
import "./globals.css";

export const dynamic = "force-dynamic";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("App");
  return {
    title: { default: `Scrip · ${t("tagline")}`, template: "%s · Scrip" },
    description: t("description"),
    icons: {
      icon: [
        { url: "/favicon.ico", sizes: "48x48" },
        { url: "/logo.svg", type: "image/svg+xml" },
      ],
      apple: "/apple-touch-icon.png",
    },
    // What chats and search pages show of a link: title and text are those of each page.
    metadataBase: new URL(appUrl()),
    openGraph: { type: "website", siteName: "Scrip" },
    twitter: { card: "summary" },
  };
}

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fafafa" },
    { media: "(prefers-color-scheme: dark)", color: "#0b0b0c" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [locale, requestHeaders] = await Promise.all([getLocale(), headers()]);
  return (
    <html lang={locale} suppressHydrationWarning>
      <head>
        {/* Browsers hide a nonce from scripts once it was used, so that the two sides differ by design. */}
        <script
          nonce={requestHeaders.get("x-nonce") ?? undefined}
          suppressHydrationWarning
          dangerouslySetInnerHTML={{ __html: THEME_SCRIPT }}
        />
      </head>
      <body>
        <div id="app">{children}</div>
      </body>
    </html>
  );
}
