import type { Meter, TokenKind } from "./card";

/** A value of a request as a card or a list of bill fields may name it. Numbers and strings match alike. */
export type FieldValue = string | number | boolean;

/**
 * A request field known to change what the supplier bills. It may go upstream only where the card prices it.
 *
 * `name` is a header, or a dotted path into the body in which `*` stands for every element of a list. A field that is
 * absent or null changes nothing. Of the values given, those in `free` change nothing, and where `only` is set no others
 * than those do. A card prices the field by a multiplier or a table row for its value, by a rate on one of `meters`,
 * which count what the field causes, or by a multiple for one of `kinds`.
 */
export type BillField = {
  in: "header" | "body";
  name: string;
  free?: readonly FieldValue[];
  only?: readonly FieldValue[];
  meters?: readonly Meter[];
  kinds?: readonly TokenKind[];
};
