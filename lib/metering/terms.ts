import type { CardVersion } from "../catalog";
import type { Decimal } from "../money";
import type { Factor, RequestFacts } from "../pricing";

/** What was in force for a request when it arrived: its cards, its owner's discount, and what it says itself. */
export type Terms = {
  price: CardVersion;
  /** Null where the supplier's bill isn't known. */
  cost: CardVersion | null;
  userDiscount: Decimal;
  facts: RequestFacts;
};

/** What the channel that serves adds to the terms. */
export type Supply = { discount: Decimal; costFactor: Decimal };

/** The multipliers of a charge beside the card's own fields, in the order in which they apply. */
export const factorsOf = ({ userDiscount }: Pick<Terms, "userDiscount">, channelDiscount: Decimal): Factor[] => [
  { name: "channel discount", factor: channelDiscount },
  { name: "user discount", factor: userDiscount },
];
