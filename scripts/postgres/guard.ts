import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";

/**
 * A process that stops the server once we are gone without having done so: killed, or out of memory. It waits for the
 * end of a pipe that only we hold, and gives the others ten seconds to finish before it ends what still is connected.
 */
export function guardServer(data: string): ChildProcess {
  const pidFile = path.join(data, "postmaster.pid");
  const script = `cat >/dev/null
    for signal in TERM INT; do
      pid=$(head -n 1 "$1" 2>/dev/null) && [ -n "$pid" ] || exit 0
      kill -s $signal "$pid"
      for second in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" 2>/dev/null || exit 0; sleep 1; done
    done`;
  const guard = spawn("/bin/sh", ["-c", script, "scrip-postgres-guard", pidFile], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  guard.stdin.on("error", () => undefined);
  guard.unref();
  return guard;
}
