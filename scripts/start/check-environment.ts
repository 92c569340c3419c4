import { OF_SUPERVISOR } from "./environment";
import { EnvError, gatewayEnv, jobsEnv, toolEnv, webEnv, type Environment } from "../../lib/env";

/**
 * Stop before anything is started, or a database is touched, where a process would not take its environment, or the start
 * what its caller tells it alone. Errors: `EnvError`.
 */
export function checkEnvironment(environment: NodeJS.ProcessEnv, caller: Environment): void {
  const problems = new Set<string>();
  const told = Object.fromEntries(OF_SUPERVISOR.map((name) => [name, caller[name]]));
  const startEnv = (source: Environment): unknown => toolEnv({ ...source, ...told });
  for (const parse of [webEnv, gatewayEnv, jobsEnv, startEnv]) {
    try {
      parse(environment);
    } catch (error) {
      if (!(error instanceof EnvError)) throw error;
      for (const problem of error.problems) problems.add(problem);
    }
  }
  if (environment["SCRIP_ENV"] === "production" && caller["ADMIN_PASSWORD"]?.trim() && !caller["ADMIN_EMAIL"]?.trim()) {
    problems.add("ADMIN_EMAIL is missing: whose password ADMIN_PASSWORD is");
  }
  if (problems.size > 0) throw new EnvError([...problems].sort());
}
