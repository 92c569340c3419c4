import { ADAPTERS } from "./adapters";

/** The places in a body where some supplier's bill fields stand, as dotted paths. */
export const BILL_FIELD_PLACES: ReadonlySet<string> = new Set(
  Object.values(ADAPTERS).flatMap(({ billFields }) =>
    billFields.flatMap(({ in: place, name }) => (place === "body" ? [name] : [])),
  ),
);
