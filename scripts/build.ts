import { explain, say, warn } from "./console";
import { buildWorkers, DIST, ensureNextBuild, ensurePrismaClient, NEXT_FOLDER } from "./start/build";

// `npm run build`: all that production runs, so that it can be started where the tools of the build aren't installed.

try {
  await ensurePrismaClient();
  await ensureNextBuild(NEXT_FOLDER);
  await buildWorkers(DIST);
  say(`built the web app in ${NEXT_FOLDER} and the processes in ${DIST}/workers`);
} catch (error) {
  warn(explain(error));
  process.exitCode = 1;
}
