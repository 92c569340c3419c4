import { existsSync, readFileSync } from "node:fs";
import { dumpBooks } from "./books-dump";
import { command } from "./command";
import type { Finding, Report } from "./findings";
import { withMigratedServer } from "./with-server";

export const BOOKS_FILE = "prisma/books.sql";

/** Hold what the migrations make against schema.prisma, for `public`, and against the kept dump, for `books`. */
export function schemaDrift(): Promise<Report> {
  return withMigratedServer(async (ownerUrl) => {
    const [prisma, books] = [await prismaDrift(ownerUrl), await booksDrift(ownerUrl)];
    return { findings: [...prisma, ...books], looked: "public and books" };
  });
}

async function prismaDrift(ownerUrl: string): Promise<Finding[]> {
  const args = ["migrate", "diff", "--from-config-datasource", "--to-schema", "prisma/schema.prisma", "--exit-code"];
  const environment = { DATABASE_URL: ownerUrl, CHECKPOINT_DISABLE: "1" };
  const { code, output } = await command("node_modules/prisma/build/index.js", args, environment);
  if (code === 0) return [];
  return [
    {
      rule: "public-is-as-declared",
      place: "prisma/schema.prisma",
      message: `differs from what the migrations make:\n${output}`,
    },
  ];
}

async function booksDrift(ownerUrl: string): Promise<Finding[]> {
  const made = await dumpBooks(ownerUrl);
  const kept = existsSync(BOOKS_FILE) ? readFileSync(BOOKS_FILE, "utf8") : "";
  if (made === kept) return [];
  const [before, after] = [new Set(kept.split("\n")), new Set(made.split("\n"))];
  const gone = [...before].filter((line) => !after.has(line)).map((line) => `- ${line}`);
  const come = [...after].filter((line) => !before.has(line)).map((line) => `+ ${line}`);
  const changes = [...gone, ...come].slice(0, 40).join("\n");
  const message = `isn't what the migrations make; \`node scripts/run.mjs books-dump\` writes it:\n${changes}`;
  return [{ rule: "books-are-as-kept", place: BOOKS_FILE, message }];
}
