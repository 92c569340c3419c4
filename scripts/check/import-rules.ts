import type { cruise, ICruiseResult, IForbiddenRuleType } from "dependency-cruiser";
import { createRequire } from "node:module";
import path from "node:path";
import { FOUNDATION, PLUMBING, MODULES } from "../../tests/architecture/modules";
import { filesOf, type Finding, type Report } from "./findings";

const FOLDERS = ["app", "lib", "workers"];
const OTHER_TREES = "^(app|workers|scripts|tests|prisma)/";
const any = (names: readonly string[]): string => `(${names.join("|")})`;
const plumbing = any(PLUMBING);

const rule = (name: string, comment: string, from: object, to: object): IForbiddenRuleType => ({
  name,
  comment,
  severity: "error",
  from,
  to,
});

/** The rules, but for what each module may import, as rules of dependency-cruiser. */
const LAYERS: IForbiddenRuleType[] = [
  rule("no-cycles", "imports run one way", {}, { circular: true }),
  rule(
    "resolves",
    "an import leads nowhere",
    { path: "^(app|lib|workers)/" },
    { couldNotResolve: true, path: "^(\\.|@/)" },
  ),
  rule(
    "foundation-stands-alone",
    "foundation imports foundation only",
    { path: "^lib/[^/]+\\.ts$" },
    { path: "^(lib/[^/]+/|app/|workers/|scripts/|tests/|prisma/)" },
  ),
  rule(
    "foundation-is-closed",
    "a file of lib stands in a module, in plumbing or on the list of foundation",
    { path: "^(app|lib|workers)/" },
    { path: "^lib/[^/]+\\.ts$", pathNot: `^lib/${any(FOUNDATION)}\\.ts$` },
  ),
  rule(
    "plumbing-knows-no-module",
    "plumbing imports plumbing and foundation only",
    { path: `^lib/${plumbing}/` },
    { path: "^lib/[^/]+/", pathNot: `^lib/${plumbing}/` },
  ),
  rule("lib-knows-no-edge", "lib is free of app, workers, scripts and tests", { path: "^lib/" }, { path: OTHER_TREES }),
  rule(
    "app-and-workers-are-apart",
    "the app and the workers never import each other",
    { path: "^app/" },
    { path: "^workers/" },
  ),
  rule(
    "workers-and-app-are-apart",
    "the app and the workers never import each other",
    { path: "^workers/" },
    { path: "^app/" },
  ),
  rule(
    "no-import-of-tests",
    "what runs imports neither scripts nor tests",
    { path: "^(app|lib|workers)/" },
    { path: "^(scripts|tests)/" },
  ),
  rule(
    "frameworks-stay-at-the-edge",
    "a module is free of frameworks",
    { path: "^lib/", pathNot: `^lib/${plumbing}/` },
    { path: "(^|node_modules/)(@types/)?(next|next-auth|next-intl|react|react-dom|bullmq|ioredis|@prisma/[^/]+)(/|$)" },
  ),
  rule(
    "sql-stays-in-stores",
    "only stores import the queries of a transaction",
    { path: "^(app|lib|workers)/", pathNot: "^lib/db/|\\.store\\.ts$" },
    { path: "^lib/db/(models|generated)" },
  ),
  rule(
    "sandbox-is-reached-by-url",
    "nothing but its own process imports the sandbox",
    { path: "^(app|lib|workers/(gateway|jobs|web))" },
    { path: "^workers/sandbox" },
  ),
  rule(
    "module-by-its-index",
    "app and workers use a module by its index.ts",
    { path: "^(app|workers)/" },
    { path: "^lib/[^/]+/", pathNot: `^lib/(${plumbing}/|[^/]+/index\\.ts$)` },
  ),
];

function moduleRules(): IForbiddenRuleType[] {
  return Object.entries(MODULES).flatMap(([module, allowed]) => {
    const others = Object.keys(MODULES).filter((name) => name !== module);
    const forbidden = others.filter((name) => !allowed.includes(name));
    return [
      rule(
        `${module}-imports`,
        `${module} may import ${allowed.join(", ") || "no other module"}`,
        { path: `^lib/${module}/` },
        { path: `^lib/${any(forbidden)}/` },
      ),
      rule(
        `${module}-by-index`,
        "another module is used by its index.ts",
        { path: `^lib/${module}/` },
        { path: `^lib/${any(others)}/`, pathNot: "^lib/[^/]+/index\\.ts$" },
      ),
    ];
  });
}

/** Modules of lib without a line in the table: no rule would cover them. */
function unknownModules(files: readonly string[]): Finding[] {
  const folders = new Set(files.flatMap((file) => /^lib\/([^/]+)\//.exec(file)?.[1] ?? []));
  return [...folders]
    .filter((name) => !(name in MODULES) && !PLUMBING.includes(name))
    .map((name) => ({
      rule: "module-has-a-line",
      place: `lib/${name}`,
      message: "is neither plumbing nor a module of tests/architecture/modules.ts",
    }));
}

type Parse = (file: string, options: object) => unknown;

/**
 * dependency-cruiser, with a parser that knows that `.tsx` is TSX: it asks swc for plain TypeScript, and stops at the first
 * element. It takes swc's functions when it is loaded, so this comes before that.
 */
async function cruiser(): Promise<{ cruise: typeof cruise }> {
  const swc = createRequire(path.resolve("package.json"))("@swc/core") as {
    parseFileSync: Parse & { isPatched?: true };
  };
  const parse = swc.parseFileSync;
  if (!parse.isPatched) {
    const patched: Parse = (file, options) => parse(file, { ...options, tsx: file.endsWith(".tsx") });
    swc.parseFileSync = Object.assign(patched, { isPatched: true as const });
  }
  return import("dependency-cruiser");
}

/**
 * Check the imports of a tree.
 *
 * Counts what was seen: a parser that doesn't understand the sources sees no module, and would find nothing wrong.
 */
export async function importRules(root: string): Promise<Report> {
  const files = filesOf(root, FOLDERS, /\.tsx?$/);
  const tool = await cruiser();
  const { output } = await tool.cruise(
    FOLDERS.filter((folder) => files.some((file) => file.startsWith(`${folder}/`))),
    {
      baseDir: root,
      ruleSet: { forbidden: [...LAYERS, ...moduleRules()] },
      validate: true,
      parser: "swc",
      tsPreCompilationDeps: true,
      doNotFollow: { path: "node_modules" },
      exclude: { path: "lib/db/generated" },
    },
    {
      alias: { "@": path.resolve(root) },
      extensions: [".ts", ".tsx", ".d.ts", ".js", ".mjs", ".json"],
      bustTheCache: true,
    },
  );
  const result = output as ICruiseResult; // the default output type
  const seen = new Set(result.modules.map(({ source }) => source));
  const unseen = files.filter((file) => !seen.has(file) && !file.endsWith(".d.ts"));
  const findings: Finding[] = [
    ...unknownModules(files),
    ...unseen.map((place) => ({ rule: "every-module-is-seen", place, message: "the parser didn't see this file" })),
    ...result.summary.violations.map(({ rule: { name }, from, to, comment }) => ({
      rule: name,
      place: from,
      message: `imports ${to}${comment ? `: ${comment}` : ""}`,
    })),
  ];
  return { findings, looked: `${files.length} modules` };
}
