/** What a page gets of its address after the question mark. */
export type SearchParams = Promise<Record<string, string | string[] | undefined>>;

/** The first value of a parameter, or `null`. */
export const one = (value: string | string[] | undefined): string | null =>
  (Array.isArray(value) ? value[0] : value) ?? null;
