import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A small tree of sources, for showing what the checks find in it. */
export type PlantedTree = { readonly root: string; remove(): void };

/** What stands in every planted tree, and is right. */
const CLEAN: Readonly<Record<string, string>> = {
  "lib/time.ts": "/** The time. */\nexport const now = (): number => Date.now();\n",
  "lib/db/index.ts": "export type Tx = { kind: string };\n",
  "lib/db/models.ts":
    'import type { Tx } from "./index";\n/** Its queries. */\nexport const queries = (tx: Tx): Tx => tx;\n',
  "lib/catalog/index.ts": 'export { findCard } from "./find-card";\n',
  "lib/catalog/find-card.ts": "/** The card. */\nexport const findCard = (): string => 'card';\n",
  "lib/catalog/README.md": "# catalog\n",
  "lib/pricing/index.ts": 'export { rate } from "./rate";\n',
  "lib/pricing/rate.ts":
    'import { findCard } from "../catalog";\n/** The rate. */\nexport function rate(): string {\n  return findCard();\n}\n',
  "lib/pricing/README.md": "# pricing\n",
  "app/page.tsx":
    'import { rate } from "@/lib/pricing";\nexport default function Page() {\n  return <p>{rate()}</p>;\n}\n',
  "workers/gateway.ts": 'import { rate } from "../lib/pricing";\nexport const gateway = rate;\n',
};

/** Lay a tree: the clean one with these files put in, or in the place of its own. It lies in the checkout, beside its packages. */
export function plantTree(planted: Readonly<Record<string, string>>): PlantedTree {
  mkdirSync(".scrip", { recursive: true });
  const root = mkdtempSync(path.resolve(".scrip/planted-"));
  for (const [name, text] of Object.entries({ ...CLEAN, ...planted })) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}
