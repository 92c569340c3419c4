import recorded from "../unit/gateway/fixtures/token-ceilings.json";

/** A text and what the vocabularies themselves make of it. */
export type RecordedText = { script: string; kind: string; text: string; tokens: (vocabulary: string) => number };

const NAMES = Object.keys(recorded.vocabularies);

/** The texts that real tokenizers counted, with their counts by vocabulary. */
export const recordedTexts = (): RecordedText[] =>
  recorded.texts.map(({ script, kind, text, tokens }) => ({
    script,
    kind,
    text,
    tokens: (vocabulary) => {
      const count = tokens[NAMES.indexOf(vocabulary)];
      if (count === undefined) throw new Error(`no vocabulary is called ${vocabulary}`);
      return count;
    },
  }));
