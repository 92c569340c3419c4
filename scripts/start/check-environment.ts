import { EnvError, gatewayEnv, jobsEnv, webEnv } from "../../lib/env";

/** Stop before anything is started, or a database is touched, where a process would not take its environment. Errors: `EnvError`. */
export function checkEnvironment(environment: NodeJS.ProcessEnv): void {
  const problems = new Set<string>();
  for (const parse of [webEnv, gatewayEnv, jobsEnv]) {
    try {
      parse(environment);
    } catch (error) {
      if (!(error instanceof EnvError)) throw error;
      for (const problem of error.problems) problems.add(problem);
    }
  }
  if (problems.size > 0) throw new EnvError([...problems].sort());
}
