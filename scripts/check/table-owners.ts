import { parseSync } from "@swc/core";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import * as declared from "../../tests/architecture/table-owners";
import { codeOf, filesOf, type Finding, type Report } from "./findings";

/** Who owns what, and who may read it; by names as `pool_key` and `books.wallet`. */
export type Ownership = {
  readonly tables: Readonly<Record<string, string>>;
  readonly published: Readonly<Record<string, declared.Published>>;
  readonly functions: Readonly<Record<string, string>>;
};

const FOLDERS = ["app", "lib", "workers", "scripts"];
const DUMP = "prisma/books.sql";
const SCHEMA = "prisma/schema.prisma";
const MIGRATIONS = "prisma/migrations";

const NAME = String.raw`"?([a-z_]+)"?`;
const RELATION = String.raw`(?:only\s+)?(?:lateral\s+)?(?:"?(public|books)"?\s*\.\s*)?${NAME}`;
const QUALIFIED = /\bbooks"?\s*\.\s*"?([a-z_]+)/g;
const BEGINS_LIST = new RegExp(String.raw`\b(?:from|join|into|update|using|table|truncate)\s[\s(]*${RELATION}`, "gi");
const GOES_ON = new RegExp(String.raw`^(?:\s+(?:as\s+)?[a-z_]+)?\s*,\s*${RELATION}`, "i");
const DELEGATE = /\.\s*([a-z_]+)\s*\.\s*(?:find|create|update|upsert|delete|count|aggregate|groupBy)[A-Za-z]*\s*\(/g;

type Schema = { models: Set<string>; relations: { model: string; field: string; target: string }[] };

/** The tables and relations of schema.prisma: models are named as their tables. */
function readSchema(root: string): Schema {
  const file = path.join(root, SCHEMA);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const blocks = [...text.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)].map(([, model = "", body = ""]) => ({
    model,
    body,
  }));
  const models = new Set(blocks.map(({ model }) => model));
  const relations = blocks.flatMap(({ model, body }) =>
    [...body.matchAll(/^\s+(\w+)\s+(\w+)(?:\[\]|\?)?(?=\s|$)/gm)]
      .map(([, field = "", target = ""]) => ({ model, field, target }))
      .filter(({ target }) => models.has(target)),
  );
  return { models, relations };
}

/** The relations after `from`, `join`, `into` and the like, each of a list; `unqualified` is the schema of bare names. */
function relationsIn(sql: string, unqualified: "public" | "books"): Set<string> {
  const found = new Set<string>();
  const add = (schema: string | undefined, name: string | undefined): void => {
    if (name) found.add((schema ?? unqualified).toLowerCase() === "books" ? `books.${name}` : name);
  };
  for (const match of sql.matchAll(BEGINS_LIST)) {
    add(match[1], match[2]);
    let rest = sql.slice(match.index + match[0].length);
    for (let next = GOES_ON.exec(rest); next; next = GOES_ON.exec(rest)) {
      add(next[1], next[2]);
      rest = rest.slice(next[0].length);
    }
  }
  return found;
}

const IS_SQL = /\b(select|insert|update|delete|join|truncate)\b/i;

/** The SQL of a source file: its strings and templates that have a verb of SQL, each on a line of its own. */
function sqlOf(file: string, code: string): string {
  const found: string[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const { type, value, quasis } = node as { type?: string; value?: string; quasis?: { raw: string }[] };
    if (type === "StringLiteral" && value) found.push(value);
    if (type === "TemplateLiteral" && quasis) found.push(quasis.map(({ raw }) => raw).join("?"));
    for (const child of Object.values(node)) walk(child);
  };
  walk(parseSync(code, { syntax: "typescript", tsx: file.endsWith(".tsx") }));
  return found.filter((text) => IS_SQL.test(text)).join(";\n");
}

/** The names of tables, views, functions and relations that a source file reads or writes. */
function namesIn(file: string, code: string, owner: string, owners: Ownership, schema: Schema): Set<string> {
  const names = new Set<string>();
  const sql = sqlOf(file, code);
  for (const name of relationsIn(sql, "public")) names.add(name);
  for (const [, name = ""] of sql.matchAll(QUALIFIED)) names.add(`books.${name}`);
  for (const [, name = ""] of codeOf(code).matchAll(DELEGATE)) names.add(name);
  if (!file.endsWith(".store.ts")) return names;
  for (const { model, field, target } of schema.relations) {
    const isForeign = owners.tables[model] === owner && owners.tables[target] !== owner;
    if (isForeign && new RegExp(String.raw`\b${field}:\s*(true|\{)`).test(code)) {
      names.add(`${model}.${field}` in owners.published ? `${model}.${field}` : target);
    }
  }
  return names;
}

/** SQL functions and views by name, as they are after the last migration. */
type Definition = { readonly name: string; readonly body: string; readonly place: string };

/** The functions and views of the schema `books`, as the dump has them. */
function booksDefinitions(root: string): Definition[] {
  const file = path.join(root, DUMP);
  if (!existsSync(file)) return [];
  const dump = readFileSync(file, "utf8");
  const [, ...functions] = dump.split(/^(?=CREATE OR REPLACE (?:FUNCTION|PROCEDURE) )/m);
  const views = sectionOf(dump, "views").split(/^(?=\w+ as )/m);
  const toDefinition =
    (name: RegExp) =>
    (body: string): Definition => ({
      name: `books.${name.exec(body)?.[1] ?? ""}`,
      body,
      place: DUMP,
    });
  return [...functions.map(toDefinition(/books\.(\w+)\(/)), ...views.filter(Boolean).map(toDefinition(/^(\w+) as /))];
}

/** A section of the dump, without its heading. */
const sectionOf = (dump: string, what: string): string =>
  new RegExp(`^-- ${what}\\n([\\s\\S]*?)(?=\\n\\n-- |$(?![\\s\\S]))`, "m").exec(dump)?.[1] ?? "";

/** Views and functions of `public`: what the migrations made last under each name. */
function publicDefinitions(root: string): Definition[] {
  const found = new Map<string, Definition>();
  const MADE =
    /^(?:create(?: or replace)? (?:view|function)|drop (view|function)(?: if exists)?) (?:public\.)?(\w+)\b/gim;
  for (const file of filesOf(root, [MIGRATIONS], /\.sql$/)) {
    const text = readFileSync(path.join(root, file), "utf8").replace(/--.*$/gm, "");
    for (const match of text.matchAll(MADE)) {
      const [, dropped, name = ""] = match;
      const rest = text.slice(match.index);
      if (name === "books") continue; // such as books.vest: the dump has those
      const end = /\$\$[\s\S]*?\$\$[^;]*;|;/.exec(rest);
      if (dropped) found.delete(name);
      else
        found.set(name, {
          name,
          body: rest.slice(match[0].length, end ? end.index + end[0].length : undefined),
          place: file,
        });
    }
  }
  return [...found.values()];
}

/** The module of a file: its folder in lib, else the folder it stands in (`app`, `workers`, `scripts`). */
const moduleOf = (file: string): string => /^lib\/([^/]+)\//.exec(file)?.[1] ?? file.split("/")[0] ?? "";

/** Whose a table, view, function or relation is; undefined where it is nobody's, such as a query's own `with` clause. */
function ownerOf(name: string, owners: Ownership, functions: ReadonlySet<string>): string | undefined {
  const listed = owners.tables[name] ?? owners.published[name]?.owner ?? owners.functions[name];
  return listed ?? (functions.has(name) ? "ledger" : undefined);
}

/** Tables that nobody owns, and names in the lists that no table or view bears. */
function unlisted(owners: Ownership, schema: Schema, root: string, made: ReadonlySet<string>): Finding[] {
  const dump = existsSync(path.join(root, DUMP)) ? readFileSync(path.join(root, DUMP), "utf8") : "";
  const views = new Set([...sectionOf(dump, "views").matchAll(/^(\w+) as /gm)].map(([, name]) => `books.${name}`));
  const columns = [...sectionOf(dump, "columns").matchAll(/^(\w+)\./gm)].map(([, name]) => `books.${name}`);
  const books = columns.filter((name) => !views.has(name));
  const tables = new Set([...schema.models, ...books]);
  const isKnown = (name: string): boolean =>
    tables.has(name) ||
    views.has(name) ||
    made.has(name) ||
    schema.relations.some(({ model, field }) => name === `${model}.${field}`);
  return [
    ...[...tables]
      .filter((name) => !(name in owners.tables))
      .map((name) => ({
        rule: "table-has-an-owner",
        place: name,
        message: "is on no line of tests/architecture/table-owners.ts",
      })),
    ...[...Object.keys(owners.tables), ...Object.keys(owners.published)]
      .filter((name) => !isKnown(name))
      .map((name) => ({
        rule: "owned-table-exists",
        place: name,
        message: "is listed in tests/architecture/table-owners.ts and isn't there",
      })),
  ];
}

const OWNERSHIP: Ownership = {
  tables: declared.TABLES,
  published: declared.PUBLISHED,
  functions: declared.FUNCTIONS,
};

/** Check that every file, SQL function and view of a tree names its own module's tables and what others published for it. */
export function tableOwners(root: string, owners: Ownership = OWNERSHIP): Report {
  const schema = readSchema(root);
  const definitions = [...booksDefinitions(root), ...publicDefinitions(root)];
  const functions = new Set(definitions.map(({ name }) => name).filter((name) => name.startsWith("books.")));
  const files = filesOf(root, FOLDERS, /\.(tsx?|mjs)$/);
  const findings = unlisted(owners, schema, root, new Set(definitions.map(({ name }) => name)));
  const checkNames = (place: string, module: string, names: Iterable<string>): void => {
    for (const name of names) {
      const owner = ownerOf(name, owners, functions);
      if (owner === undefined || owner === module || owners.published[name]?.readers.includes(module)) continue;
      const message = `${module} names ${name}, which is ${owner}'s: see tests/architecture/table-owners.ts`;
      findings.push({ rule: "tables-are-read-by-their-owner", place, message });
    }
  };
  for (const file of files) {
    const module = moduleOf(file);
    checkNames(file, module, namesIn(file, readFileSync(path.join(root, file), "utf8"), module, owners, schema));
  }
  for (const { name, body, place } of definitions) {
    const read = relationsIn(body, name.startsWith("books.") ? "books" : "public");
    checkNames(`${place} ${name}`, ownerOf(name, owners, functions) ?? name, read);
  }
  const looked = `${Object.keys(owners.tables).length} tables, ${files.length} files, ${definitions.length} SQL functions`;
  return { findings, looked };
}
