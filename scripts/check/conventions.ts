import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { PLUMBING } from "../../tests/architecture/modules";
import { codeOf, filesOf, type Finding, type Report } from "./findings";

/** A rule on the text of files: what must not stand there. */
type TextRule = {
  readonly rule: string;
  readonly files: RegExp;
  readonly except?: RegExp;
  readonly text: RegExp;
  readonly message: string;
};

const SOURCES = ["app", "lib", "workers", "proxy.ts"];
const README_LINES = 40;
const OPENAI_FIELDS =
  "max_tokens|max_completion_tokens|stream_options|include_usage|prompt_tokens|completion_tokens|prompt_tokens_details|" +
  "completion_tokens_details|cached_tokens|reasoning_tokens|tool_calls|tool_choice|finish_reason|response_format|logprobs";

/** What opens a connection: fetch, save of one's own origin, and the clients of Node and of packages. Types don't. */
const CONNECTING = [
  String.raw`\bfetch\s*\((?!["'\x60]\/[^/])`,
  String.raw`\bglobalThis\.fetch\b|[=:(,]\s*fetch\s*[;,)]`,
  String.raw`\bimport (?!type\b)[^;]*?\bfrom "(undici|axios|got|ky|needle|node-fetch|ofetch|superagent|ws)"`,
  String.raw`\b(import|require)\("(undici|(node:)?(http|https|http2|net|tls))"\)`,
  String.raw`\bimport (?!type\b)[^;]*?\b(?<!type )(request|get|connect|createConnection|Agent|Socket)\b[^;]*?\bfrom "(node:)?(http|https|http2|net|tls)"`,
  String.raw`\b(https?|http2|net|tls)\.(request|get|connect|createConnection)\(`,
  String.raw`\bnew (WebSocket|EventSource|XMLHttpRequest)\(`,
].join("|");

const TEXT_RULES: TextRule[] = [
  {
    rule: "no-clock",
    files: /^(app|lib|workers)\//,
    except: /^lib\/time\.ts$/,
    text: /\bDate\.now\(|\bnew Date\(\s*\)/,
    message: "reads a clock: take ctx.nowMs, or nowMs() of lib/time at an edge",
  },
  {
    rule: "no-random",
    files: /^(app|lib|workers)\//,
    text: /\bMath\.random\b/,
    message: "isn't random enough for anything: lib/ids makes ids, secrets and fractions",
  },
  {
    rule: "no-floats-of-money",
    files:
      /^lib\/(ledger|pricing|usage|recovery|verification|budgets|catalog|payments|payouts|contributions|referrals)\//,
    text: /\bparseFloat\(|\.toFixed\(|\bNumber\(/,
    message: "turns an amount into a float: lib/money reads, rounds and writes amounts",
  },
  {
    rule: "no-floats-of-amounts",
    files: /^(app|lib|workers)\//,
    except: /chart|day-series|^workers\/sandbox\//,
    text: /\b(parseFloat|Number)\([^()]*\w*(Micros|Nanos|credits|balance)\b/,
    message: "turns an amount into a float: lib/money reads, rounds and writes amounts",
  },
  {
    rule: "openai-stays-in-its-protocol",
    files: /^workers\/gateway(\.ts$|\/(?!protocols\/openai))/,
    text: new RegExp(`\\b(${OPENAI_FIELDS})\\b|\\.messages\\b|["'](messages|choices)["']`),
    message: "names a field of OpenAI's body: only workers/gateway/protocols/openai knows it",
  },
  {
    rule: "nobody-knows-the-sandbox",
    files: /^(app|lib|workers\/gateway|workers\/jobs)/,
    except: /^lib\/env\.ts$/, // reads the environment of every process, the sandbox's too
    text: /sandbox/i,
    message: "knows of the sandbox: it is reached by base URLs and by nothing else",
  },
  {
    rule: "suppliers-are-called-by-the-guarded-client",
    files: /^(app|lib|workers)\//,
    // The web port's own gateway; what stands in for suppliers.
    except: /^lib\/http\/guarded-client\.ts$|^workers\/web\/pipe-to-gateway\.ts$|^workers\/sandbox\//,
    text: new RegExp(CONNECTING),
    message: "opens a connection: the guarded client of lib/http does, which checks where each of them leads",
  },
  {
    rule: "sql-stays-in-stores",
    files: /^(app|workers|lib\/(?!(db|queue|redis)\/))/,
    except: /\.store\.ts$/,
    text: /\$(query|execute)Raw|\.query(<[^(]*>)?\(\s*[`"']/,
    message: "runs SQL: only <noun>.store.ts does",
  },
  {
    rule: "public-api-names-its-exports",
    files: /^lib\/[^/]+\/index\.ts$/,
    text: /export \*/,
    message: "re-exports everything: a module's public API names each export",
  },
];

/** The numbers of the lines at which what is looked for begins, which may go on over several. */
function linesOf(code: string, text: RegExp): number[] {
  const starts = [...code.matchAll(new RegExp(text, `${text.flags}g`))].map(({ index }) => index);
  return [...new Set(starts.map((index) => code.slice(0, index).split("\n").length))];
}

function textFindings(root: string, files: readonly string[]): Finding[] {
  return files.flatMap((file) => {
    const rules = TEXT_RULES.filter((rule) => rule.files.test(file) && !rule.except?.test(file));
    if (rules.length === 0) return [];
    const code = codeOf(readFileSync(path.join(root, file), "utf8"));
    return rules.flatMap(({ rule, text, message }) =>
      linesOf(code, text).map((line) => ({ rule, place: `${file}:${line}`, message })),
    );
  });
}

const VAGUE_NAME = /(^|\/)(utils?|helpers?|common|misc|shared|types)(\/|\.tsx?$)/;

function nameFindings(files: readonly string[]): Finding[] {
  return files
    .filter((file) => VAGUE_NAME.test(file))
    .map((place) => ({
      rule: "names-say-what",
      place,
      message: "says nothing of what it is: name it after its one idea",
    }));
}

function readmeFindings(root: string, files: readonly string[]): Finding[] {
  const modules = new Set(files.flatMap((file) => /^lib\/([^/]+)\//.exec(file)?.[1] ?? []));
  return [...modules].flatMap((module): Finding[] => {
    const place = `lib/${module}/README.md`;
    if (PLUMBING.includes(module)) return [];
    if (!existsSync(path.join(root, place))) {
      return [
        {
          rule: "modules-have-readmes",
          place,
          message: "is missing: what the module owns, its invariants, what it refuses to know",
        },
      ];
    }
    const lines = readFileSync(path.join(root, place), "utf8").trimEnd().split("\n").length;
    if (lines <= README_LINES) return [];
    return [
      {
        rule: "modules-have-readmes",
        place,
        message: `has ${lines} lines: a module is described in at most ${README_LINES}`,
      },
    ];
  });
}

const EXPORTED_FUNCTION = /^export (?:async )?function (\w+)|^export const (\w+)[^=]*= (?:async )?\([^)]*\)[^=]*=>/;

/** Exported functions of lib without a docstring above them. Overloads share the first one's. */
function docFindings(root: string, files: readonly string[]): Finding[] {
  return files
    .filter((file) => file.startsWith("lib/") && file.endsWith(".ts") && !file.endsWith(".store.ts"))
    .flatMap((file) => {
      const lines = readFileSync(path.join(root, file), "utf8").split("\n");
      return lines.flatMap((line, index) => {
        const match = EXPORTED_FUNCTION.exec(line);
        const name = match?.[1] ?? match?.[2];
        const above = lines[index - 1] ?? "";
        const isOverload = name !== undefined && above.includes(`function ${name}(`);
        if (name === undefined || isOverload || /\*\/\s*$/.test(above)) return [];
        return [
          {
            rule: "exports-have-docstrings",
            place: `${file}:${index + 1}`,
            message: `${name} has no docstring: what does it promise?`,
          },
        ];
      });
    });
}

const CITED = /\bdocs\/decisions\/(\d{3})\b|\bdecision (\d{3})\b/g;

/** Decisions that are cited and not there, and records that their index leaves out. */
function decisionFindings(root: string): Finding[] {
  const records = filesOf(root, ["docs/decisions"], /^\d{3}-.*\.md$/).map((file) => path.basename(file));
  const ids = new Set(records.map((name) => name.slice(0, 3)));
  const citing = [
    ...filesOf(root, ["app", "lib", "workers", "scripts", "tests", "prisma", "docs"], /\.(tsx?|mjs|sql|md)$/),
    "README.md",
  ];
  const missing = citing
    // The tests of this rule cite what isn't there.
    .filter((file) => existsSync(path.join(root, file)) && !file.startsWith("tests/architecture/"))
    .flatMap((file) =>
      [...readFileSync(path.join(root, file), "utf8").matchAll(CITED)]
        .map(([, first, second]) => first ?? second ?? "")
        .filter((id) => !ids.has(id))
        .map((id) => ({
          rule: "cited-decisions-exist",
          place: file,
          message: `cites decision ${id}, which docs/decisions lacks`,
        })),
    );
  const indexFile = path.join(root, "docs/decisions/README.md");
  const index = existsSync(indexFile) ? readFileSync(indexFile, "utf8") : "";
  const unlisted = records
    .filter((name) => !index.includes(`(${name})`))
    .map((name) => ({
      rule: "decisions-are-listed",
      place: `docs/decisions/${name}`,
      message: "isn't in docs/decisions/README.md",
    }));
  return [...missing, ...unlisted];
}

const CITED_PATH = /`((?:app|lib|workers|prisma|scripts|tests|docs|public)\/[\w./@()[\]{},-]+)`/g;
const LINK = /\]\((?!https?:|#|mailto:)([^)#\s]+)/g;
const ENDINGS = ["", ".ts", ".tsx", ".mjs", ".test.ts", ".spec.ts"];

/** `a/{b,c}.ts` as the paths that it stands for. */
function expandBraces(cited: string): string[] {
  const [, before, options, after] = /^(.*?)\{([^}]*)\}(.*)$/.exec(cited) ?? [];
  if (before === undefined || options === undefined || after === undefined) return [cited];
  return options.split(",").flatMap((option) => expandBraces(before + option + after));
}

/** Documents that name files or folders which aren't there. A file may be cited without its ending. */
function citedPathFindings(root: string): Finding[] {
  const documents = filesOf(root, ["docs", "lib", "workers", "tests", "prisma"], /\.md$/);
  return [...documents, "README.md"]
    .filter((file) => existsSync(path.join(root, file)))
    .flatMap((file) => {
      const text = readFileSync(path.join(root, file), "utf8");
      const cited = [...text.matchAll(CITED_PATH)].flatMap(([, place]) => expandBraces(place ?? ""));
      const linked = [...text.matchAll(LINK)].map(([, place]) => path.join(path.dirname(file), place ?? ""));
      return [...cited, ...linked]
        .filter((place) => !ENDINGS.some((ending) => existsSync(path.join(root, place + ending))))
        .map((place) => ({ rule: "cited-paths-exist", place: file, message: `cites ${place}, which isn't there` }));
    });
}

/** Check the conventions that no linter knows, on the text of a tree. */
export function conventions(root: string): Report {
  const files = filesOf(root, SOURCES, /\.tsx?$/);
  if (existsSync(path.join(root, "proxy.ts"))) files.push("proxy.ts");
  const named = [...files, ...filesOf(root, ["scripts", "tests"], /\.(tsx?|mjs)$/)];
  return {
    findings: [
      ...textFindings(root, files),
      ...nameFindings(named),
      ...readmeFindings(root, files),
      ...docFindings(root, files),
      ...decisionFindings(root),
      ...citedPathFindings(root),
    ],
    looked: `${named.length} files`,
  };
}
