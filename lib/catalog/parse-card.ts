import { validationFailed } from "../http";
import type { Card } from "./card";
import { CardBody } from "./schemas";

/**
 * Read a card, from a request or from its stored text.
 *
 * Errors: `validation_failed` with every problem listed, each with the dotted path of the part it is in.
 */
export function parseCard(json: unknown): Card {
  const parsed = CardBody.safeParse(json);
  if (!parsed.success) throw validationFailed(parsed.error);
  return parsed.data;
}
