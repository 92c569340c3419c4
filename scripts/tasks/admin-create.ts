import { ensureAdmin, hashPassword, Email, Password } from "../../lib/auth";
import { systemCtx } from "../../lib/ctx";
import { openDatabase } from "../../lib/db";
import { randomText } from "../../lib/ids";
import { nowMs } from "../../lib/time";
import { say, Stop } from "../console";
import { runTask, openTaskDatabase } from "../task";

// `npm run admin:create -- you@example.com [password]`: makes an admin, or makes an account that exists into one.

const CONNECTIONS = 2;
const PASSWORD_LENGTH = 20;

await runTask(async () => {
  const [, , , address, chosen] = process.argv;
  const email = Email.safeParse(address ?? "");
  if (!email.success) throw new Stop("whom? `npm run admin:create -- you@example.com`");
  const password = Password.safeParse(chosen ?? randomText(PASSWORD_LENGTH));
  if (!password.success)
    throw new Stop(`this password won't do: it ${password.error.issues.map(({ message }) => message).join(", ")}`);

  const place = await openTaskDatabase();
  const database = openDatabase(place.url, CONNECTIONS);
  try {
    const passwordHash = await hashPassword(password.data);
    const ctx = systemCtx("admin-create", nowMs());
    await database.inTransaction((tx) => ensureAdmin(tx, ctx, { email: email.data, passwordHash }));
    say(
      `${email.data} is an admin; the password is ${chosen ? "the one that you gave" : `${password.data} (shown once)`}`,
    );
  } finally {
    await database.close();
    await place.close();
  }
});
