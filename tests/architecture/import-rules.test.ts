import { expect, test } from "vitest";
import { importRules } from "@/scripts/check/import-rules";
import { plantTree } from "../support/planted-tree";

/** The rules that a tree breaks, by file. */
async function broken(planted: Record<string, string>): Promise<string[]> {
  const tree = plantTree(planted);
  try {
    const { findings } = await importRules(tree.root);
    return findings.map(({ rule, place }) => `${place} ${rule}`);
  } finally {
    tree.remove();
  }
}

test("finds nothing in a tree that keeps it, and says how many modules it saw", async () => {
  const tree = plantTree({});
  try {
    expect(await importRules(tree.root)).toEqual({ findings: [], looked: "9 modules" });
  } finally {
    tree.remove();
  }
});

const PLANTED: [what: string, file: string, text: string, rule: string][] = [
  [
    "a module that reaches into another",
    "lib/pricing/x.ts",
    'import { findCard } from "../catalog/find-card";\nexport const x = findCard;\n',
    "pricing-by-index",
  ],
  [
    "a module that isn't on its line",
    "lib/catalog/x.ts",
    'import { rate } from "../pricing";\nexport const x = rate;\n',
    "catalog-imports",
  ],
  [
    "a type from a module that isn't on its line",
    "lib/catalog/x.ts",
    'import type { rate } from "@/lib/pricing";\nexport type X = typeof rate;\n',
    "catalog-imports",
  ],
  [
    "a module that comes in by a re-export",
    "lib/catalog/x.ts",
    'export { rate } from "../pricing";\n',
    "catalog-imports",
  ],
  [
    "a module that comes in while it runs",
    "lib/catalog/x.ts",
    'export const x = () => import("../pricing");\n',
    "catalog-imports",
  ],
  [
    "an app that reaches into a module",
    "app/x.tsx",
    'import { rate } from "@/lib/pricing/rate";\nexport const X = () => <p>{rate()}</p>;\n',
    "module-by-its-index",
  ],
  [
    "an app that imports a worker",
    "app/x.ts",
    'import { gateway } from "../workers/gateway";\nexport const x = gateway;\n',
    "app-and-workers-are-apart",
  ],
  [
    "a worker that imports the app",
    "workers/x.ts",
    'import Page from "../app/page";\nexport const x = Page;\n',
    "workers-and-app-are-apart",
  ],
  [
    "a module that imports a worker",
    "lib/pricing/x.ts",
    'import { gateway } from "../../workers/gateway";\nexport const x = gateway;\n',
    "lib-knows-no-edge",
  ],
  [
    "a module that imports next",
    "lib/pricing/x.ts",
    'import { cookies } from "next/headers";\nexport const x = cookies;\n',
    "frameworks-stay-at-the-edge",
  ],
  [
    "a module that imports bullmq",
    "lib/pricing/x.ts",
    'import { Queue } from "bullmq";\nexport const x = Queue;\n',
    "frameworks-stay-at-the-edge",
  ],
  [
    "a module that imports Prisma",
    "lib/pricing/x.ts",
    'import { PrismaPg } from "@prisma/adapter-pg";\nexport const x = PrismaPg;\n',
    "frameworks-stay-at-the-edge",
  ],
  [
    "SQL outside of a store",
    "lib/pricing/x.ts",
    'import { queries } from "../db/models";\nexport const x = queries;\n',
    "sql-stays-in-stores",
  ],
  [
    "foundation that imports a module",
    "lib/time.ts",
    'import { rate } from "./pricing";\nexport const now = rate;\n',
    "foundation-stands-alone",
  ],
  [
    "a file of lib that is no foundation",
    "lib/pricing/x.ts",
    'import { y } from "../stray";\nexport const x = y;\n',
    "foundation-is-closed",
  ],
  [
    "plumbing that imports a module",
    "lib/db/x.ts",
    'import { rate } from "../pricing";\nexport const x = rate;\n',
    "plumbing-knows-no-module",
  ],
  [
    "what runs and imports a test",
    "lib/pricing/x.ts",
    'import { y } from "../../tests/y";\nexport const x = y;\n',
    "no-import-of-tests",
  ],
  [
    "a gateway that imports the sandbox",
    "workers/gateway.ts",
    'import { y } from "./sandbox/y";\nexport const x = y;\n',
    "sandbox-is-reached-by-url",
  ],
  [
    "an import that leads nowhere",
    "lib/pricing/x.ts",
    'import { y } from "./nowhere";\nexport const x = y;\n',
    "resolves",
  ],
];
const COMPANIONS = {
  "lib/stray.ts": "export const y = 1;\n",
  "tests/y.ts": "export const y = 1;\n",
  "workers/sandbox/y.ts": "export const y = 1;\n",
};

test.each(PLANTED)("catches %s", async (_what, file, text, rule) => {
  expect(await broken({ ...COMPANIONS, [file]: text })).toContain(`${file} ${rule}`);
});

test("catches a circle of two files", async () => {
  const found = await broken({
    "lib/pricing/a.ts": 'import { b } from "./b";\nexport const a = (): unknown => b;\n',
    "lib/pricing/b.ts": 'import { a } from "./a";\nexport const b = (): unknown => a;\n',
  });
  expect(found).toEqual(["lib/pricing/a.ts no-cycles"]);
});

test("catches a module that has no line in the table", async () => {
  expect(await broken({ "lib/barter/index.ts": "export const x = 1;\n" })).toEqual(["lib/barter module-has-a-line"]);
});
