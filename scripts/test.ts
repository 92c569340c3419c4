import { existsSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { explain, say, step, warn } from "./console";
import { removeHome } from "./postgres/home";
import { endLeftOver, startServer, type EmbeddedServer } from "./postgres/server";
import { startOf, watchParents } from "./processes";
import { ensureNextBuild, ensurePrismaClient, isBuilt, NEXT_FOLDER } from "./start/build";
import { playwrightSuite, endSuites, runSuite, type Outcome, type Suite, vitestSuite } from "./test-suites";

// `npm test` runs every suite on servers of its own, beside whatever else runs in this checkout. With arguments it hands
// them to vitest (`npm test -- tests/unit/pricing`), or to Playwright where they begin with tests/e2e.

const HOME = `.scrip/test-${process.pid}`;
const TEST_NEXT = ".next-test";
const OLDEST_POSTGRES = "pg14";

const servers: EmbeddedServer[] = [];
const filters = process.argv.slice(2);
const isBrowserRun = filters[0]?.startsWith("tests/e2e") ?? false;

/** What an earlier run left that was killed. */
async function removeLeftOvers(): Promise<void> {
  for (const name of readdirSync(".scrip").filter((entry) => /^test-\d+$/.test(entry))) {
    if (startOf(Number(name.slice("test-".length))) !== null) continue;
    for (const home of [`.scrip/${name}`, `.scrip/${name}/${OLDEST_POSTGRES}`])
      if (existsSync(home)) await endLeftOver(home);
    removeHome(`.scrip/${name}/${OLDEST_POSTGRES}`);
    removeHome(`.scrip/${name}`);
  }
}

async function serve(what: string, home: string, packageName?: string): Promise<string> {
  const options = { home, isThrowaway: true, ...(packageName ? { packageName } : {}) };
  const server = await step(`starting ${what}`, () => startServer(options));
  servers.push(server);
  return server.ownerUrl;
}

/** The folder of a build of the web app as it is now: that of `npm start` where it is up to date. */
async function builtNext(): Promise<string> {
  if (isBuilt(NEXT_FOLDER)) return NEXT_FOLDER;
  await ensureNextBuild(TEST_NEXT);
  return TEST_NEXT;
}

/** Each suite, made when its turn comes. */
async function* suites(): AsyncGenerator<Suite> {
  const server = await serve("a PostgreSQL for the tests", HOME);
  if (isBrowserRun) {
    yield playwrightSuite(HOME, server, await builtNext(), filters);
    return;
  }
  yield vitestSuite("unit to architecture", HOME, server, filters);
  if (filters.length > 0) return;
  if (existsSync(`node_modules/${OLDEST_POSTGRES}`)) {
    const oldest = await serve(
      "PostgreSQL 14, the oldest that Scrip works on",
      path.join(HOME, OLDEST_POSTGRES),
      OLDEST_POSTGRES,
    );
    yield vitestSuite("integration on PostgreSQL 14", HOME, oldest, ["--project=integration"]);
  }
  yield playwrightSuite(HOME, server, await builtNext(), []);
}

async function main(): Promise<Outcome> {
  const total = { passed: 0, failed: [] as string[], skipped: [] as string[] };
  await removeLeftOvers();
  mkdirSync(HOME, { recursive: true });
  await ensurePrismaClient();
  const hasOldest = existsSync(`node_modules/${OLDEST_POSTGRES}`);
  if (filters.length === 0 && !hasOldest) {
    total.skipped.push(
      `integration on PostgreSQL 14: the package has no server for ${process.platform}-${process.arch}`,
    );
  }
  for await (const suite of suites()) {
    const started = Date.now();
    const outcome = await runSuite(suite);
    say(`${suite.name}: ${inWords(outcome)} (${Math.round((Date.now() - started) / 1000)} s)`);
    total.passed += outcome.passed;
    total.failed.push(...outcome.failed);
    total.skipped.push(...outcome.skipped.map((name) => `${suite.name}: ${name}`));
  }
  return total;
}

function inWords({ passed, failed, skipped }: Outcome): string {
  return `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`;
}

/** Ends the servers and takes away what this run kept. */
async function tidy(): Promise<void> {
  await endSuites();
  await Promise.all(servers.map((server) => server.stop()));
  removeHome(path.join(HOME, OLDEST_POSTGRES));
  removeHome(HOME);
}

let isEnding = false;
function interrupt(reason: string): void {
  if (isEnding) return;
  isEnding = true;
  warn(`${reason}: the tests are broken off`);
  void tidy().finally(() => process.exit(130));
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interrupt(signal));
watchParents(() => interrupt("who started this is gone"));

const outcome = await main().catch((error: unknown): Outcome => ({ passed: 0, failed: [explain(error)], skipped: [] }));
if (!isEnding) {
  await tidy();
  for (const name of outcome.skipped) say(`skipped  ${name}`);
  for (const name of outcome.failed) warn(`FAILED   ${name}`);
  // The last line, in this form, is what other programs read.
  process.stdout.write(`${inWords(outcome)}\n`);
  process.exitCode = outcome.failed.length > 0 || outcome.passed === 0 ? 1 : 0;
}
