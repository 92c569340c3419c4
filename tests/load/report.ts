/** One line of the bench's table: a figure, and whether it is what quality.md promises. */
export type Row = {
  measure: string;
  figure: string;
  target: string;
  isMet: boolean;
  /** What the figure was made of. */
  details: Record<string, unknown>;
};

/** The rows as text, in columns. */
export function asTable(rows: readonly Row[]): string {
  const cells = rows.map(({ measure, figure, target, isMet }) => [measure, figure, target, isMet ? "met" : "MISSED"]);
  const all = [["measure", "figure", "target", ""], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((line) => (line[column] ?? "").length)));
  return all
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
