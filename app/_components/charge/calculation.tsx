import { INPUT_KINDS, OUTPUT_KINDS } from "@/lib/catalog";
import type { Micros } from "@/lib/money";
import { useLocale, useTranslations } from "next-intl";
import * as z from "zod";
import { Credits } from "../money";
import { Td, Th, Tr } from "../ui/table";

const value = z.union([z.string(), z.number(), z.boolean()]);
const Kind = z.enum([...INPUT_KINDS, ...OUTPUT_KINDS, "minimum"]);

/** The lines of a charge as its record keeps them. A line of a sort that this page doesn't know shows its amount alone. */
const Line = z.union([
  z.object({
    what: z.literal("rate"),
    meter: z.string(),
    kind: Kind.nullable(),
    quantity: z.string(),
    multiple: z.string(),
    times: z.string(),
    amount: z.string(),
    per: z.string(),
    subtotal: z.string(),
  }),
  z.object({
    what: z.literal("table"),
    match: z.record(z.string(), value),
    quantity: z.string(),
    amount: z.string(),
    subtotal: z.string(),
  }),
  z.object({ what: z.literal("field"), name: z.string(), equals: value, times: z.string(), subtotal: z.string() }),
  z.object({ what: z.literal("factor"), name: z.string(), times: z.string(), subtotal: z.string() }),
  z.object({ what: z.literal("rounding"), unit: z.string(), subtotal: z.string() }),
  z.object({ subtotal: z.string() }).transform(({ subtotal }) => ({ what: "other" as const, subtotal })),
]);
export type BreakdownLine = z.infer<typeof Line>;

/** The lines of a record's breakdown, in order. */
export const readLines = (breakdown: readonly unknown[]): BreakdownLine[] =>
  breakdown.flatMap((line) => {
    const parsed = Line.safeParse(line);
    return parsed.success ? [parsed.data] : [];
  });

type RateLine = Extract<BreakdownLine, { what: "rate" }>;
type Meter = "input_tokens" | "output_tokens" | "requests" | "seconds" | "megapixels" | "images" | "characters";
const METERS: ReadonlySet<string> = new Set<Meter>([
  "input_tokens",
  "output_tokens",
  "requests",
  "seconds",
  "megapixels",
  "images",
  "characters",
]);
const isMeter = (text: string): text is Meter => METERS.has(text);
const KNOWN_FACTORS = ["off_peak", "hours", "channel", "user"] as const;

/** Numbers of a calculation are text: decimals grouped as one is used to, fractions as they are. */
function useNumber(): (text: string) => string {
  const locale = useLocale();
  return (text) =>
    /^-?\d+(\.\d+)?$/.test(text)
      ? new Intl.NumberFormat(locale, { maximumFractionDigits: 20 })
          .format(text as Intl.StringNumericLiteral)
          .replace("-", "−")
      : text;
}

/** A line in words: what it is, how it was reckoned, and what that means. */
type LineText = { what: string; how: string; note?: string };

function useRateText(): (line: RateLine) => LineText {
  const t = useTranslations("Request");
  const number = useNumber();
  return ({ meter, kind, quantity, multiple, times, amount, per }) => {
    const count = number(quantity);
    const tool = meter.startsWith("calls:") ? meter.slice("calls:".length) : null;
    const what = kind
      ? t(`kinds.${kind}`, { quantity: count })
      : isMeter(meter)
        ? t(`meters.${meter}`, { quantity: count })
        : t("calls", { quantity: count, tool: tool ?? meter });
    const steps = [
      count,
      ...(multiple === "1" ? [] : [number(multiple)]),
      ...(times === "1" ? [] : [number(times)]),
      per === "1" ? number(amount) : `${number(amount)} / ${number(per)}`,
    ];
    const notes = [
      ...(multiple === "1" ? [] : [t("counted", { multiple: number(multiple) })]),
      ...(times === "1" ? [] : [t("tier", { times: number(times) })]),
    ];
    return { what, how: steps.join(" × "), note: notes.join(" · ") };
  };
}

function useLineText(): (line: BreakdownLine) => LineText {
  const t = useTranslations("Request");
  const number = useNumber();
  const rateText = useRateText();
  return (line) => {
    switch (line.what) {
      case "rate":
        return rateText(line);
      case "table": {
        const match = Object.entries(line.match).map(([name, value]) => `${name} ${value}`);
        return {
          what: t("tablePrice", { match: match.join(", ") }),
          how: t("each", { quantity: number(line.quantity), amount: number(line.amount) }),
        };
      }
      case "field":
        return {
          what: t("field", { name: line.name, value: String(line.equals) }),
          how: t("times", { times: number(line.times) }),
        };
      case "factor": {
        const name = KNOWN_FACTORS.find((known) => line.name.replaceAll(/[ -]/g, "_").startsWith(known));
        return { what: name ? t(`factors.${name}`) : line.name, how: t("times", { times: number(line.times) }) };
      }
      case "rounding":
        return {
          what: t("rounding", {
            unit: line.unit === "1" ? t("wholeCredit") : t("unit", { unit: number(line.unit) }),
          }),
          how: "",
        };
      case "other":
        return { what: t("unknownLine"), how: "" };
    }
  };
}

/** The charge line by line, as it was rated; the lines add up to it exactly. */
export function Calculation({ lines, charge }: { lines: BreakdownLine[]; charge: Micros }) {
  const t = useTranslations("Request");
  const number = useNumber();
  const lineText = useLineText();
  return (
    <table className="w-full border-collapse text-sm" data-testid="calculation">
      <thead>
        <tr>
          <Th>{t("line")}</Th>
          <Th isNumeric className="hidden sm:table-cell">
            {t("calculation")}
          </Th>
          <Th isNumeric>{t("credits")}</Th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line, index) => {
          const { what, how, note } = lineText(line);
          return (
            // The lines of one calculation never move.
            <Tr key={index}>
              <Td isWrapped className="py-2">
                {what}
                {note && <span className="block text-[13px] text-ink-3">{note}</span>}
                {how && <span className="block text-[13px] text-ink-3 tabular-nums sm:hidden">{how}</span>}
              </Td>
              <Td isNumeric className="hidden text-ink-2 sm:table-cell">
                {how}
              </Td>
              <Td isNumeric>{number(line.subtotal)}</Td>
            </Tr>
          );
        })}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" className="h-14 border-t border-line pl-5 text-left font-medium">
            {t("charged")}
          </th>
          <td className="hidden border-t border-line sm:table-cell" />
          <td
            data-testid="charge"
            className="border-t border-line pr-5 text-right text-lg font-semibold tracking-tight text-accent-ink"
          >
            <Credits amount={charge} isExact />
          </td>
        </tr>
      </tfoot>
    </table>
  );
}
