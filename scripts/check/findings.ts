import { readdirSync, statSync } from "node:fs";
import path from "node:path";

/** One thing that is wrong: where, by which rule, and what to do. */
export type Finding = { readonly rule: string; readonly place: string; readonly message: string };

/** What a part of the check found, and a word on what it looked at. */
export type Report = { readonly findings: readonly Finding[]; readonly looked: string };

const SKIPPED = /(^|\/)(node_modules|\.next[^/]*|\.scrip|\.git|generated|results)(\/|$)/;

/** Files below folders of a tree, by paths from its root, in order; generated ones left out. */
export function filesOf(root: string, folders: readonly string[], extension: RegExp): string[] {
  const found: string[] = [];
  const walk = (folder: string): void => {
    if (SKIPPED.test(folder) || !statSync(path.join(root, folder), { throwIfNoEntry: false })?.isDirectory()) return;
    for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const file = path.posix.join(folder, entry.name);
      if (entry.isDirectory()) walk(file);
      else if (extension.test(entry.name)) found.push(file);
    }
  };
  for (const folder of folders) walk(folder);
  return found.sort();
}

/** The code of a file without its comments, each line at its place: rules are about what runs. */
export function codeOf(text: string): string {
  const withoutBlocks = text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ""));
  return withoutBlocks.replace(/(^|\s)\/\/.*$/gm, "$1");
}
