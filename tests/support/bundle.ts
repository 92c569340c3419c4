import path from "node:path";
import { build } from "esbuild";
import { BUNDLING } from "../../scripts/start/build";

const ROOT = path.resolve(import.meta.dirname, "../..");

const THREADS = { "gateway/large-body.thread": "workers/gateway/large-body.thread.ts" };

/**
 * Bundle entry points as production runs them: TypeScript gone, packages outside. Answers where each one landed, by name.
 *
 * `folder` lies in the checkout, so that packages are found from it.
 */
export async function bundle(folder: string, entries: Record<string, string>): Promise<Record<string, string>> {
  const outdir = path.join(ROOT, folder);
  await build({
    absWorkingDir: ROOT,
    // Threads of gateways start from a file beside theirs.
    entryPoints: { ...entries, ...THREADS },
    outdir,
    outExtension: { ".js": ".mjs" },
    ...BUNDLING,
  });
  return Object.fromEntries(Object.keys(entries).map((name) => [name, path.join(outdir, `${name}.mjs`)]));
}
