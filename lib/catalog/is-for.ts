import type { Model } from "./model";

/** Whether a model can be called for that; of one without capabilities nothing is known against it. */
export const isFor = ({ capabilities }: Pick<Model, "capabilities">, capability: string): boolean =>
  capabilities.length === 0 || capabilities.includes(capability);
