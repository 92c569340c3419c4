import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import createNextIntlPlugin from "next-intl/plugin";

const withNextIntl = createNextIntlPlugin("./app/_server/i18n.ts");

// Next rewrites the tsconfig it is given, for each folder it builds into: it gets one of its own, outside the repository.
const TSCONFIG = ".scrip/tsconfig.next.json";
if (!existsSync(TSCONFIG)) {
  mkdirSync(".scrip", { recursive: true });
  writeFileSync(TSCONFIG, JSON.stringify({ extends: "../tsconfig.json" }));
}

/** @type {import("next").NextConfig} */
const config = {
  // A lock file in a parent folder would otherwise be taken for the root.
  turbopack: { root: import.meta.dirname },
  // Tests build and serve from a folder of their own, so that they can run beside `npm start`.
  distDir: process.env.NEXT_DIST_DIR ?? ".next",
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  // Types are checked by `npm run check`, once and for the whole repository.
  typescript: { ignoreBuildErrors: true, tsconfigPath: TSCONFIG },
  serverExternalPackages: ["@node-rs/argon2", "@prisma/adapter-pg", "bullmq", "ioredis", "pg", "pino"],
  experimental: { optimizePackageImports: ["lucide-react", "@base-ui/react"] },
};

export default withNextIntl(config);
