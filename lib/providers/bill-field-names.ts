import { ADAPTERS } from "./adapters";

/** The members of a body in which some supplier's bill fields stand. */
export const BILL_FIELD_NAMES: ReadonlySet<string> = new Set(
  Object.values(ADAPTERS).flatMap(({ billFields }) =>
    billFields.flatMap(({ in: place, name }) => (place === "body" ? [name.split(".", 1)[0] ?? name] : [])),
  ),
);
