export type { Card, CardField, CardRate, CardTable, CardTier, CardVersion, Meter, TokenKind } from "./card";
export { INPUT_KINDS, OUTPUT_KINDS } from "./card";
