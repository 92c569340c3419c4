import type { ChildPlan } from "./children";
import { addressesOf, gatewayEnvironment, sandboxEnvironment } from "./environment";
import { HOME, type StartOptions } from "./options";

/** Where built workers are. */
export const DIST = `${HOME}/dist`;

/** The processes of Scrip, by node itself: a wrapper's pid would not be theirs. */
export function plans(options: StartOptions, environment: NodeJS.ProcessEnv): ChildPlan[] {
  const run = (name: string): string[] =>
    options.isDevelopment
      ? ["--import", "tsx", `workers/${name}.ts`, "--dev"]
      : ["--enable-source-maps", `${DIST}/workers/${name}.js`];
  const { web, gateway, sandbox } = addressesOf(options);
  const all: ChildPlan[] = [
    {
      name: "gateway",
      args: run("gateway"),
      environment: gatewayEnvironment(environment),
      readyUrl: `${gateway}/readyz`,
    },
    { name: "jobs", args: run("jobs"), environment, readyUrl: null },
    { name: "web", args: run("web"), environment, readyUrl: `${web}/healthz` },
  ];
  if (sandbox) {
    const readyUrl = `${sandbox}/_sandbox/log`;
    all.unshift({ name: "sandbox", args: run("sandbox"), environment: sandboxEnvironment(environment), readyUrl });
  }
  return all;
}
