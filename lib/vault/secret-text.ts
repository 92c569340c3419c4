const HIDDEN = "[secret]";

/** A secret in memory. Printed, logged, interpolated or serialised it reads `[secret]`; only `reveal` returns it. */
export class SecretText {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  /** The secret itself, for the one header or cipher that needs it. */
  reveal(): string {
    return this.#text;
  }
  /** What distinguishes secrets on a page: the last four characters of a long one, nothing of a short one. */
  hint(): string {
    return this.#text.length >= 16 ? this.#text.slice(-4) : "";
  }
  toString(): string {
    return HIDDEN;
  }
  toJSON(): string {
    return HIDDEN;
  }
  [Symbol.toPrimitive](): string {
    return HIDDEN;
  }
  // What console.log and util.inspect ask for.
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return HIDDEN;
  }
}
