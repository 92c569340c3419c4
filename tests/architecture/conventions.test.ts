import { describe, expect, test } from "vitest";
import { conventions } from "@/scripts/check/conventions";
import { plantTree } from "../support/planted-tree";

function broken(planted: Record<string, string>): string[] {
  const tree = plantTree(planted);
  try {
    return conventions(tree.root).findings.map(({ rule, place }) => `${place} ${rule}`);
  } finally {
    tree.remove();
  }
}

describe("the conventions", () => {
  test("find nothing in a tree that keeps them", () => {
    expect(broken({})).toEqual([]);
  });

  test.each([
    ["a clock", "lib/pricing/x.ts", "export const x = Date.now();\n", "no-clock"],
    ["the date of today", "app/x.ts", "export const x = new Date();\n", "no-clock"],
    ["chance", "workers/x.ts", "export const x = Math.random();\n", "no-random"],
    [
      "a parsed float in a module of money",
      "lib/pricing/x.ts",
      'export const x = parseFloat("1");\n',
      "no-floats-of-money",
    ],
    ["toFixed in a module of money", "lib/ledger/x.ts", "export const x = (1).toFixed(2);\n", "no-floats-of-money"],
    ["Number() in a module of money", "lib/usage/x.ts", "export const x = Number(1n);\n", "no-floats-of-money"],
    [
      "Number() of an amount elsewhere",
      "app/x.ts",
      "export const x = (chargeMicros: bigint) => Number(chargeMicros);\n",
      "no-floats-of-amounts",
    ],
    [
      "a field of OpenAI's outside of its protocol",
      "workers/gateway/x.ts",
      "export const x = (body: { max_tokens: number }) => body;\n",
      "openai-stays-in-its-protocol",
    ],
    [
      "the messages of a body outside of its protocol",
      "workers/gateway/x.ts",
      "export const x = (body: { messages: [] }) => body.messages;\n",
      "openai-stays-in-its-protocol",
    ],
    ["the sandbox in a module", "lib/pricing/x.ts", 'export const x = "http://sandbox";\n', "nobody-knows-the-sandbox"],
    [
      "SQL outside of a store",
      "lib/pricing/x.ts",
      "export const x = (tx: any) => tx.$queryRaw`select 1`;\n",
      "sql-stays-in-stores",
    ],
    [
      "a query of pg outside of a store",
      "workers/x.ts",
      'export const x = (pool: any) => pool.query("select 1");\n',
      "sql-stays-in-stores",
    ],
  ])("catch %s", (_what, file, text, rule) => {
    expect(broken({ [file]: text })).toContain(`${file}:1 ${rule}`);
  });

  test.each([
    ["fetch", "lib/contributions/x.ts", "export const x = fetch(url);\n"],
    ["fetch under another name", "app/x.ts", "const call = fetch;\nexport const x = call(url);\n"],
    ["the fetch of the global object", "app/x.ts", "export const x = globalThis.fetch(url);\n"],
    ["a client of undici", "workers/jobs/x.ts", 'import { request } from "undici";\nexport const x = request;\n'],
    ["a client that is imported late", "lib/pool/x.ts", 'export const x = await import("undici");\n'],
    [
      "Node's client",
      "lib/pool/x.ts",
      'import { createServer, request } from "node:https";\nexport const x = request;\n',
    ],
    [
      "its client over several lines",
      "lib/pool/x.ts",
      'import {\n  get,\n} from "node:http";\nexport const x = get;\n',
    ],
    ["its client as a whole", "workers/gateway/x.ts", "export const x = https.request(url);\n"],
    ["a bare socket", "workers/gateway/x.ts", 'import { connect } from "node:net";\nexport const x = connect;\n'],
    ["another package", "lib/providers/x.ts", 'import axios from "axios";\nexport const x = axios;\n'],
    ["a web socket", "workers/gateway/x.ts", "export const x = new WebSocket(url);\n"],
  ])("catch a connection past the guarded client: %s", (_what, file, text) => {
    expect(broken({ [file]: text }).map((found) => found.split(" ")[1])).toContain(
      "suppliers-are-called-by-the-guarded-client",
    );
  });

  test("leave alone servers, types, one's own origin, and the guarded client itself", () => {
    const clean = {
      "app/(account)/_components/x.tsx": 'export const x = (): unknown => fetch("/api/live");\n',
      "workers/jobs/x.ts": 'import { createServer } from "node:http";\nexport const x = createServer;\n',
      "workers/gateway/x.ts": 'import type { Dispatcher } from "undici";\nexport type X = Dispatcher;\n',
      "lib/http/guarded-client.ts": 'import { Pool } from "undici";\nexport const x = Pool;\n',
    };
    expect(broken(clean)).toEqual([]);
  });

  test("leave alone what a comment says, and OpenAI's fields in its own protocol", () => {
    expect(
      broken({
        "lib/pricing/x.ts":
          "// Date.now() is for lib/time alone.\n/* Math.random() too,\n as is parseFloat(). */\nconst x = 1;\nvoid x;\n",
        "workers/gateway/protocols/openai/x.ts": 'export const x = "max_tokens";\n',
      }),
    ).toEqual([]);
  });

  test.each([
    "lib/pricing/utils.ts",
    "app/helpers/x.ts",
    "workers/common.ts",
    "tests/support/misc.ts",
    "scripts/types.ts",
  ])("catch a name such as %s", (file) => {
    expect(broken({ [file]: "const x = 1;\nvoid x;\n" })).toEqual([`${file} names-say-what`]);
  });

  test("catch a public API that re-exports everything", () => {
    expect(broken({ "lib/pricing/index.ts": 'export * from "./rate";\n' })).toEqual([
      "lib/pricing/index.ts:1 public-api-names-its-exports",
    ]);
  });

  test("catch an exported function without a docstring, overloads once", () => {
    const text =
      "export const a = (): number => 1;\n" +
      "/** One of either. */\nexport function b(x: string): string;\nexport function b(x: number): number;\nexport function b(x: unknown): unknown {\n  return x;\n}\n";
    expect(broken({ "lib/pricing/x.ts": text })).toEqual(["lib/pricing/x.ts:1 exports-have-docstrings"]);
  });

  test("catch a module without README, and one with a README that is too long", () => {
    const found = broken({
      "lib/ledger/index.ts": "const x = 1;\nvoid x;\n",
      "lib/catalog/README.md": "line\n".repeat(41),
    });
    expect(found).toEqual(["lib/catalog/README.md modules-have-readmes", "lib/ledger/README.md modules-have-readmes"]);
  });

  test("catch a decision that is cited and not there, and one that the README doesn't list", () => {
    const found = broken({
      "lib/pricing/x.ts": "// Source: decision 404.\nconst x = 1;\nvoid x;\n",
      "docs/decisions/001-kept.md": "# Kept\n",
      "docs/decisions/002-forgotten.md": "# Forgotten\n",
      "docs/decisions/README.md": "[001](001-kept.md)\n",
    });
    expect(found).toEqual([
      "lib/pricing/x.ts cited-decisions-exist",
      "docs/decisions/002-forgotten.md decisions-are-listed",
    ]);
  });

  test("catch a document that names a file or folder which isn't there", () => {
    const found = broken({
      "lib/pricing/rate.ts": "const x = 1;\nvoid x;\n",
      "docs/guide.md":
        "See `lib/pricing`, `lib/pricing/rate`, `lib/pricing/{rate,gone}.ts` and [it](../lib/lost.md).\n",
    });
    expect(found.filter((finding) => finding.startsWith("docs/"))).toEqual([
      "docs/guide.md cited-paths-exist",
      "docs/guide.md cited-paths-exist",
    ]);
  });
});
