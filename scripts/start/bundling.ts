import type { BuildOptions } from "esbuild";

/** How processes are bundled: TypeScript gone, packages outside, with source maps. Tests of processes bundle the same. */
export const BUNDLING = {
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  target: "node20",
  sourcemap: true,
  logLevel: "error",
} as const satisfies BuildOptions;
