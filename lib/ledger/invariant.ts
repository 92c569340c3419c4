/** A law of the books: its query gives the rows that break it, as subject, expected and found. */
export type Invariant = { name: string; states: string; sql: string };
