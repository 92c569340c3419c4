import type { Served } from "../../protocol";
import { type Member } from "../json-members";
import type { Json } from "./json";

/** OpenAI's own tiers: clients with closed lists fail on any other. */
const TIERS: ReadonlySet<string> = new Set(["auto", "default", "flex", "scale", "priority"]);
/** Other words for them, OpenAI's own and other suppliers'. */
const SAME: ReadonlyMap<string, string> = new Map([
  ["fast", "priority"],
  ["standard", "default"],
  ["on_demand", "default"],
]);
const NAME = Buffer.from('"service_tier"');
const [SPACE, TAB, COLON] = [0x20, 0x09, 0x3a];
const NULL = Buffer.from("null");

/** A tier under the name that price cards know it by; null for what names none. */
function tierNamed(value: unknown): string | null {
  if (typeof value !== "string" || value === "") return null;
  return SAME.get(value) ?? value;
}

/** A request as its price is found: with its tier under that tier's own name. */
export function withTierNamed(body: Json): Json {
  const tier = tierNamed(body["service_tier"]);
  return tier === null || tier === body["service_tier"] ? body : { ...body, service_tier: tier };
}

/** The tier that a reply says it was served by; "auto" says nothing. */
export function servedBy(value: unknown): Served {
  const tier = tierNamed(value);
  return tier === null || tier === "auto" ? {} : { service_tier: tier };
}

/** What must become of the tier in a reply or a chunk, so that only a value of OpenAI's own goes to a caller. */
export function tierChange(bytes: Buffer, members: readonly Member[]): Map<string, string | null> {
  const member = members.find(({ name }) => name === "service_tier");
  if (!member) return new Map();
  const value: unknown = JSON.parse(bytes.toString("utf8", member.valueStart, member.end));
  const tier = tierNamed(value);
  if (value === null || (tier !== null && tier === value && TIERS.has(tier))) return new Map();
  return new Map([["service_tier", tier !== null && TIERS.has(tier) ? JSON.stringify(tier) : null]]);
}

/** Whether a run of a stream names another tier than `known`. Within a text of JSON its quotes can't stand as they are. */
export function hasOtherTier(run: Buffer, known: Buffer | null): boolean {
  for (let at = run.indexOf(NAME); at >= 0; at = run.indexOf(NAME, at + 1)) {
    let value = at + NAME.length;
    while (run[value] === SPACE || run[value] === TAB || run[value] === COLON) value++;
    const isNull = run.subarray(value, value + NULL.length).equals(NULL);
    const isKnown = known !== null && run.subarray(value, value + known.length).equals(known);
    if (!isNull && !isKnown) return true;
  }
  return false;
}

/** The text by which a tier that may pass as it is is known again; null for one that may not. */
export const knownTier = (value: unknown): Buffer | null =>
  typeof value === "string" && TIERS.has(value) ? Buffer.from(JSON.stringify(value)) : null;
