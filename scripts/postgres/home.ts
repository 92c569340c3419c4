import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { canRun, copyNative, nativeFolder, NOBODY, outsideFolder } from "./binaries";

/** Where a server's programs and data are, and whose process it is. */
export type PostgresHome = {
  readonly native: string;
  readonly data: string;
  /** Undefined: our own user. */
  readonly uid: number | undefined;
  /** Gives a path to the server's user. */
  own(file: string): void;
};

/**
 * Find, or choose, the place of the server of `home` (`.scrip`, or a test's own folder).
 *
 * As root the server runs as nobody, or as the owner of data that is there already. Where that user can't reach into
 * the checkout, programs and data live under /var/tmp, and `<home>/pgdata` is a file that says where.
 */
export function postgresHome(home: string, packageName?: string): PostgresHome {
  mkdirSync(home, { recursive: true });
  const native = nativeFolder(packageName);
  const inside = path.resolve(home, "pgdata");
  if (process.getuid?.() !== 0) return { native, data: inside, uid: undefined, own: () => undefined };

  const uid = ownerOf(inside) ?? NOBODY;
  const own = (file: string): void => chownSync(file, uid, uid);
  if (canRun(uid, native) && canReach(uid, path.resolve(home))) return { native, data: inside, uid, own };

  const outside = outsideFolder(process.cwd(), uid, own);
  const data = path.join(outside, path.basename(home), "pgdata");
  mkdirSync(path.dirname(data), { recursive: true });
  own(path.dirname(data));
  writeFileSync(inside, `${data}\n`);
  return { native: copyNative(native, outside), data, uid, own };
}

/** Remove a server's folder, and its data where that lives outside. The server has been stopped. */
export function removeHome(home: string): void {
  const inside = path.join(home, "pgdata");
  if (statSync(inside, { throwIfNoEntry: false })?.isFile()) {
    rmSync(path.dirname(readFileSync(inside, "utf8").trim()), { recursive: true, force: true });
  }
  rmSync(home, { recursive: true, force: true });
}

/** The user whose data is there, unless it is root's, or there is none. */
function ownerOf(data: string): number | null {
  if (!existsSync(data) || !statSync(data).isDirectory()) return null;
  const { uid } = statSync(data);
  return uid === 0 ? null : uid;
}

/** Whether every folder of the path lets that user pass. */
function canReach(uid: number, folder: string): boolean {
  for (let at = folder; ; at = path.dirname(at)) {
    const { mode, uid: owner } = statSync(at);
    const bit = owner === uid ? 0o100 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}

/** The process id that a data folder's server wrote down, or null. */
export function postmasterPid(data: string): number | null {
  try {
    const [pid = ""] = readFileSync(path.join(data, "postmaster.pid"), "utf8").split("\n");
    return /^\d+$/.test(pid) ? Number(pid) : null;
  } catch {
    return null;
  }
}
