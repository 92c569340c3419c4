import { readFile } from "node:fs/promises";
import path from "node:path";
import * as esbuild from "esbuild";
import type { Engine } from "./worked-examples";

/** A defect: in one file of the engine, one text put in place of another. */
export type Defect = { says: string; file: string; find: string; put: string };

const ROOT = path.resolve(import.meta.dirname, "../../..");
const ENGINE = path.join(ROOT, "lib/pricing");
// All that the engine takes of the catalogue when it runs; the rest of that module wants a database.
const CATALOG = `export { fieldText, INPUT_KINDS, OUTPUT_KINDS } from "./card";`;

const plant = ({ file, find, put }: Defect): esbuild.Plugin => ({
  name: "plant",
  setup(build) {
    build.onResolve({ filter: /^\.\.\/catalog$/ }, () => ({ path: "catalog", namespace: "catalog" }));
    build.onLoad({ filter: /.*/, namespace: "catalog" }, () => ({
      contents: CATALOG,
      resolveDir: path.join(ROOT, "lib/catalog"),
      loader: "ts",
    }));
    // Cards can be written as JSON, which rating them has no use for.
    build.onResolve({ filter: /^\.\.\/http$/ }, () => ({ path: "http", namespace: "unused" }));
    build.onLoad({ filter: /.*/, namespace: "unused" }, () => ({ contents: "export let decimal, toJson;" }));
    build.onLoad({ filter: /lib\/pricing\/[a-z-]+\.ts$/ }, async ({ path: loaded }) => {
      const source = await readFile(loaded, "utf8");
      if (path.basename(loaded) !== file) return { contents: source, loader: "ts" };
      if (source.split(find).length !== 2) throw new Error(`the defect doesn't fit ${file} any more, once: ${find}`);
      return { contents: source.replace(find, () => put), loader: "ts" };
    });
  },
});

/** The engine with a defect planted in its source. */
export async function mutantOf(defect: Defect): Promise<Engine> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(ENGINE, "index.ts")],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    logLevel: "silent",
    plugins: [plant(defect)],
  });
  const [bundle] = outputFiles;
  if (!bundle) throw new Error("the engine wasn't built");
  return (await import(`data:text/javascript;base64,${Buffer.from(bundle.contents).toString("base64")}`)) as Engine; // built from its source
}
