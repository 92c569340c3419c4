import { isAscii } from "node:buffer";
import { createRequire } from "node:module";
import { setImmediate } from "node:timers/promises";
import {
  CEILING_SCRIPTS,
  ceilingMargin,
  isMeasured,
  type Measured,
  type Tokenizer,
  tokensAtMost,
} from "../../../lib/providers";

const require = createRequire(import.meta.url);

/** A piece of text that ceilings are known for: its script and its rank in o200k_base. */
type Piece = { text: string; script: string; rank: number };

const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
/** Between two turns of the loop so much is counted. Units: characters. */
const SLICE_CHARS = 32_768;
/** SentencePiece puts a space before each text. */
const PREFIX_TOKENS = 1;
/** All vocabularies have tokens for eight spaces and for sixteen. */
const SPACES = 8;
/** Words are pieces up to here: ceilings of rarer ones are hardly below their letters. */
const WORD_RANK_MAX = 65_536;
const ONE_CHAR = /^[^\0-\x7f]$/u;
const WORD = /^ ?[A-Za-z]+$/;
/** A word that is all of its letters, the spaces before one but the last, other spaces, and else each character. */
const PIECES = /(?<![\p{L}\p{M}])[A-Za-z]+(?![\p{L}\p{M}])| [A-Za-z]+(?![\p{L}\p{M}])| +(?= [A-Za-z])| {2,}|[^]/gu;

const SCRIPTS = CEILING_SCRIPTS.filter((script) => script !== "word").map((script) => ({
  script,
  isOf: new RegExp(`^\\p{Script=${script}}$`, "u"),
}));
const scriptOf = (char: string): string | undefined => SCRIPTS.find(({ isOf }) => isOf.test(char))?.script;

function readPieces(): Piece[] {
  // The package's own list: the text of each token by rank, bytes where they are no text.
  const ranks = (require("gpt-tokenizer/bpeRanks/o200k_base") as { default: (string | number[])[] }).default;
  return ranks.flatMap((text, rank) => {
    if (typeof text !== "string") return [];
    if (WORD.test(text)) return rank < WORD_RANK_MAX ? [{ text, script: "word", rank }] : [];
    const script = ONE_CHAR.test(text) ? scriptOf(text) : undefined;
    return script === undefined ? [] : [{ text, script, rank }];
  });
}

let pieces: Piece[] | undefined;
const known = new Map<Measured, ReadonlyMap<string, number>>();

/** Pieces that are fewer tokens than bytes in a vocabulary. */
function ceilingsOf(vocabulary: Measured): ReadonlyMap<string, number> {
  const found = known.get(vocabulary);
  if (found) return found;
  const ceilings = new Map<string, number>();
  for (const { text, script, rank } of (pieces ??= readPieces())) {
    const tokens = tokensAtMost(vocabulary, script, rank);
    if (tokens !== null && tokens < Buffer.byteLength(text)) ceilings.set(text, tokens);
  }
  known.set(vocabulary, ceilings);
  return ceilings;
}

function pieceAtMost(piece: string, ceilings: ReadonlyMap<string, number>): number {
  if (piece.length === 1 && piece <= "\u007f") return 1;
  const ceiling = ceilings.get(piece);
  if (ceiling !== undefined) return ceiling;
  if (piece.startsWith("  ")) return Math.min(piece.length, 1 + Math.ceil(piece.length / SPACES));
  return Buffer.byteLength(piece);
}

function piecesAtMost(vocabulary: Measured, text: string): number {
  const ceilings = ceilingsOf(vocabulary);
  let tokens = 0;
  for (const piece of text.match(PIECES) ?? []) tokens += pieceAtMost(piece, ceilings);
  return Math.ceil(tokens * ceilingMargin(vocabulary));
}

/** As it stands and in its form, whichever is more: a form makes some texts shorter, and not every model has to use it. */
function sliceAtMost(text: string, { vocabulary, form }: Tokenizer): number {
  const normal = form === null ? text : text.normalize(form);
  const bytes = Math.max(Buffer.byteLength(text), Buffer.byteLength(normal));
  if (!isMeasured(vocabulary)) return bytes;
  const tokens = piecesAtMost(vocabulary, normal);
  return Math.min(bytes, normal === text ? tokens : Math.max(tokens, piecesAtMost(vocabulary, text)));
}

/** What decides by how much a form makes a JSON text longer: whether it has letters beyond ASCII, and how many escaped. */
export type TextFacts = { isAscii: boolean; escapes: number };

/** Looks at every byte: for large texts beside the event loop. */
export function textFacts(json: Buffer): TextFacts {
  let escapes = 0;
  for (let at = json.indexOf(BACKSLASH); at !== -1 && at < json.length; at++) {
    if (json[at] !== BACKSLASH) continue;
    at++;
    if (json[at] === LETTER_U) escapes++;
  }
  return { isAscii: isAscii(json), escapes };
}

/** By how much a form makes a text longer at most: bytes of a character, and beyond an escape of one. */
const GROWS: Readonly<Record<"NFC" | "NFKC", { times: number; escape: number }>> = {
  // U+1D160 becomes three of its size; written as escapes it takes as much as it becomes, U+0958 does not.
  NFC: { times: 3, escape: 3 },
  // U+FDFA becomes 33 bytes, three as itself and six as an escape.
  NFKC: { times: 11, escape: 27 },
};

/**
 * The most bytes that a JSON text's strings are for a tokenizer: no token is shorter than one. Cheap: exact where nothing
 * grows, of longer texts the most that they could. `look` is what `textFacts` said of it, where that is known.
 */
export function bytesAtMost({ form }: Tokenizer, json: Buffer, look?: TextFacts): number {
  if (form === null) return json.length;
  const { escapes, ...known } = look ?? textFacts(json);
  const grown = escapes * GROWS[form].escape;
  if (known.isAscii) return json.length + grown;
  if (json.length > SLICE_CHARS) return json.length * GROWS[form].times + grown;
  return Math.max(json.length, Buffer.byteLength(json.toString().normalize(form))) + grown;
}

/** Where a slice that begins there ends: not within a character. */
function endOfSlice(text: string, from: number): number {
  const end = Math.min(text.length, from + SLICE_CHARS);
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last < 0xdc00 ? Math.min(text.length, end + 1) : end;
}

/**
 * The most tokens that texts are for a tokenizer: by the ceilings of its vocabulary, never more than their bytes. Lets
 * others take a turn between slices.
 */
export async function textsAtMost(tokenizer: Tokenizer, texts: readonly string[]): Promise<number> {
  let tokens = 0;
  let sinceTurn = 0;
  for (const text of texts) {
    if (text !== "") tokens += PREFIX_TOKENS;
    for (let from = 0; from < text.length;) {
      const end = endOfSlice(text, from);
      tokens += sliceAtMost(text.slice(from, end), tokenizer);
      sinceTurn += end - from;
      from = end;
      if (sinceTurn < SLICE_CHARS) continue;
      sinceTurn = 0;
      await setImmediate();
    }
  }
  return tokens;
}
