import { readLive } from "@/app/_server/live";
import { currentUser } from "@/app/_server/session";

/** The state of the account that open pages poll. Amounts are whole microcredits as text. */
export async function GET(): Promise<Response> {
  const user = await currentUser();
  if (!user) return new Response(null, { status: 401 });
  const { latestUsage, ...amounts } = await readLive(user.walletId);
  const texts = Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, amount.toString()]));
  return Response.json({ ...texts, latestUsage }, { headers: { "cache-control": "no-store" } });
}
