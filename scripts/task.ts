import { Stop, explain, warn } from "./console";
import { embeddedUrls, runningServer, startServer } from "./postgres/server";
import { HOME } from "./start/options";

/** Run a task to its end; a failure is explained, and sets the exit code. */
export async function runTask(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    warn(explain(error));
    process.exitCode = 1;
  }
}

/** The database that a task works on, as the owner and as the application; `close` ends a server that it started. */
export type TaskDatabase = { readonly ownerUrl: string; readonly url: string; close(): Promise<void> };

/**
 * The database of `DATABASE_URL`, else the embedded one of this checkout: of the `npm start` that runs, or started for
 * the time of the task. Errors: `Stop` where there is none yet.
 */
export async function openTaskDatabase(): Promise<TaskDatabase> {
  const named = process.env["DATABASE_URL"]?.trim();
  if (named) {
    const url = process.env["DIRECT_DATABASE_URL"]?.trim() || named;
    const ownerUrl = process.env["MIGRATE_DATABASE_URL"]?.trim() || url;
    return { ownerUrl, url, close: () => Promise.resolve() };
  }
  const known = embeddedUrls(HOME);
  if (!known) throw new Stop("there is no database yet: set DATABASE_URL, or run `npm start` once");
  if (runningServer(HOME) !== null) {
    return { ownerUrl: known.ownerUrl, url: known.applicationUrl, close: () => Promise.resolve() };
  }
  const server = await startServer({ home: HOME });
  return { ownerUrl: server.ownerUrl, url: server.applicationUrl, close: () => server.stop() };
}
