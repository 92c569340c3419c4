import { readByVocabulary } from "./token-ceilings";
import type { Measured } from "./tokenizer-of";

/**
 * How many tokens of a vocabulary there usually are for one of o200k_base, by script; what has no row is 1.
 *
 * Source: prose of tests/unit/gateway/fixtures/token-ceilings.json, counted on 2026-12-01 by the newest vocabulary that
 * each family has in the packages that token-ceilings.ts names. They differ by text: Georgian is 4.8 here, 9.3 elsewhere.
 */
const TABLE = `
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

const RATIOS = readByVocabulary(TABLE, Number);

/** The scripts that have ratios. */
export const RATIO_SCRIPTS: readonly string[] = [...RATIOS.keys()];

const ONE_BY_ONE: ReadonlySet<Measured> = new Set<Measured>(["gemini", "qwen", "mistral"]);

/** Whether a vocabulary has a token for each digit, where o200k_base takes three at once. */
export const splitsDigits = (vocabulary: Measured): boolean => ONE_BY_ONE.has(vocabulary);

/** Tokens of a vocabulary for one of o200k_base, in texts of a script. */
export const tokenRatio = (vocabulary: Measured, script: string): number => RATIOS.get(script)?.get(vocabulary) ?? 1;
