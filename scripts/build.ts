import { explain, say, warn } from "./console";
import { buildWorkers, DIST, ensureNextBuild, ensurePrismaClient, NEXT_FOLDER } from "./start/build";

// `npm run build`: all that production runs. After it `npm ci --omit=dev` is enough for `node .scrip/dist/workers/web.js`,
// `gateway.js` and `jobs.js`; migrations and the commands of scripts/tasks want the tools of the build.

try {
  await ensurePrismaClient();
  await ensureNextBuild(NEXT_FOLDER);
  await buildWorkers(DIST);
  say(`built the web app in ${NEXT_FOLDER} and the processes in ${DIST}/workers`);
} catch (error) {
  warn(explain(error));
  process.exitCode = 1;
}
