/** Where the stack under test serves, a key that may do everything, and the day of its past. */
export type Stack = { web: string; gateway: string; sandbox: string; adminKey: string; historyDay: string };

/** The admin of the stack. */
export const ADMIN = { email: "admin@e2e.test", password: "an admin's password of tests" } as const;

/** The stack that this run started. */
export function stack(): Stack {
  const text = process.env["SCRIP_E2E"];
  if (!text) throw new Error("no stack serves: run these tests by tests/playwright.config.ts");
  // Written by stack.ts beside this file.
  return JSON.parse(text) as Stack;
}
