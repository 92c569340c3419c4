import { newUuid, type Uuid } from "./ids";

/** Who causes a change: recorded with every transfer and audit row. */
export type Actor =
  | { kind: "user"; userId: Uuid; isAdmin: boolean }
  | { kind: "apiKey"; userId: Uuid; apiKeyId: Uuid; isAdmin: boolean }
  | { kind: "system"; name: string };

/** What a verb may know of its surroundings: the time, read once at the edge, who asks, and the request's id. */
export type Ctx = { readonly nowMs: number; readonly actor: Actor; readonly requestId: Uuid };

/** The context of a process's own work. */
export function systemCtx(name: string, nowMs: number): Ctx {
  return { nowMs, actor: { kind: "system", name }, requestId: newUuid(nowMs) };
}

/** One line of text that names an actor, for journals. */
export function describeActor(actor: Actor): string {
  switch (actor.kind) {
    case "user":
      return `user:${actor.userId}`;
    case "apiKey":
      return `key:${actor.apiKeyId}`;
    case "system":
      return `system:${actor.name}`;
  }
}
