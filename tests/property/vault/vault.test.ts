import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MasterKey } from "@/lib/env";
import {
  createVault,
  fingerprints,
  decryptBytes,
  decryptReply,
  decryptSecret,
  type EncryptedSecret,
  encryptReply,
  encryptSecret,
  SecretText,
} from "@/lib/vault";

const newKey = (id: string): MasterKey => ({ id, key: randomBytes(32) });
const first = newKey("k1");
const vault = createVault([first]);
const place = { rowId: "01930000-0000-7000-8000-000000000001", purpose: "openai", field: "api_key" };
const secrets = fc.string({ minLength: 0, maxLength: 200, unit: "grapheme" });

const flip = (bytes: Uint8Array, bit: number): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  const at = (bit >> 3) % copy.length;
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit & 7));
  return copy;
};

describe("an encrypted secret", () => {
  test("opens where it was encrypted to what was encrypted", () => {
    fc.assert(
      fc.property(secrets, (text) => {
        const encrypted = encryptSecret(vault, place, new SecretText(text));
        expect(decryptSecret(vault, place, encrypted).reveal()).toBe(text);
      }),
    );
  });

  test("opens in no other row, for no other purpose, as no other field", () => {
    const encrypted = encryptSecret(vault, place, new SecretText("sk-canary"));
    const parts = fc.record({ rowId: fc.string(), purpose: fc.string(), field: fc.string() });
    fc.assert(
      fc.property(parts, (other) => {
        expect(() => decryptSecret(vault, other, encrypted)).toThrow();
      }),
    );
    // The same letters, divided otherwise.
    const shifted = { rowId: `${place.rowId}o`, purpose: "penai", field: "api_key" };
    expect(() => decryptSecret(vault, shifted, encrypted)).toThrow();
  });

  test("is refused with any one bit changed, cut short, or its layers exchanged with another's", () => {
    const encrypted = encryptSecret(vault, place, new SecretText("sk-canary-0123456789"));
    const other = encryptSecret(vault, place, new SecretText("sk-another"));
    fc.assert(
      fc.property(fc.nat(8 * 1024), fc.boolean(), (bit, wrapped) => {
        const bad: EncryptedSecret = wrapped
          ? { ...encrypted, wrappedKey: flip(encrypted.wrappedKey, bit) }
          : { ...encrypted, ciphertext: flip(encrypted.ciphertext, bit) };
        expect(() => decryptBytes(vault, place, bad)).toThrow();
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.nat(encrypted.ciphertext.length - 1), (length) => {
        expect(() =>
          decryptBytes(vault, place, { ...encrypted, ciphertext: encrypted.ciphertext.slice(0, length) }),
        ).toThrow();
      }),
    );
    expect(() => decryptBytes(vault, place, { ...encrypted, wrappedKey: other.wrappedKey })).toThrow();
  });

  test("never has the same data key, nonce or ciphertext twice", () => {
    const [one, two] = [0, 1].map(() => encryptSecret(vault, place, new SecretText("same")));
    expect(one?.ciphertext).not.toEqual(two?.ciphertext);
    expect(one?.wrappedKey).not.toEqual(two?.wrappedKey);
  });

  test("opens under an older master key after another became active, and not after it left the list", () => {
    const second = newKey("k2");
    const encrypted = encryptSecret(vault, place, new SecretText("sk-old"));
    const rotating = createVault([second, first]);
    expect(decryptSecret(rotating, place, encrypted).reveal()).toBe("sk-old");
    expect(encryptSecret(rotating, place, new SecretText("sk-new")).masterKeyId).toBe("k2");
    expect(() => decryptSecret(createVault([second]), place, encrypted)).toThrow("k1 isn't in KEY_ENCRYPTION_KEYS");
  });
});

describe("a fingerprint", () => {
  test("is the same for the same secret and purpose, surrounding space aside, and differs otherwise", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (one, two) => {
        const print = (text: string): string =>
          Buffer.concat(fingerprints(vault, "openai", new SecretText(text))).toString("hex");
        expect(print(` ${one}\n`)).toBe(print(one));
        expect(print(one) === print(two)).toBe(one.trim() === two.trim());
      }),
    );
    const secret = new SecretText("sk-1");
    const found = fingerprints(vault, "openai", secret);
    expect(found).toHaveLength(1);
    expect(found).not.toEqual(fingerprints(vault, "groq", secret));
    expect(found).not.toEqual(fingerprints(createVault([newKey("k1")]), "openai", secret));
  });

  test("is still found while master keys are being rotated", () => {
    const secret = new SecretText("sk-1");
    const rotating = createVault([newKey("k2"), first]);
    const found = fingerprints(rotating, "openai", secret);
    expect(found).toHaveLength(2);
    expect(found).toEqual(expect.arrayContaining(fingerprints(vault, "openai", secret)));
  });
});

describe("a kept reply", () => {
  test("is given again byte for byte, at its own place and within its bound", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4_096 }), (reply) => {
        const kept = encryptReply(vault, place, reply);
        expect(Uint8Array.from(decryptReply(vault, place, kept, 4_096))).toEqual(reply);
        expect(() => decryptReply(vault, { ...place, rowId: "other" }, kept, 4_096)).toThrow();
      }),
    );
    expect(() => decryptReply(vault, place, encryptReply(vault, place, new Uint8Array(9_000)), 4_096)).toThrow();
  });
});

describe("a secret in memory", () => {
  test("shows nowhere: not in text, JSON, inspection, errors or spread", () => {
    const canary = "sk-canary-9f3b1c7e5a";
    const secret = new SecretText(canary);
    const shown = [
      `${secret}`,
      String(secret),
      JSON.stringify({ secret }),
      inspect({ secret }, { depth: 9, showHidden: true }),
      inspect(new Error("broken", { cause: secret })),
      JSON.stringify({ ...secret }),
      Object.values(secret).join(),
    ];
    for (const text of shown) expect(text).not.toContain(canary);
    expect(secret.reveal()).toBe(canary);
  });

  test("hints four characters of a long one and none of a short one", () => {
    expect(new SecretText("sk-0123456789abcdef").hint()).toBe("cdef");
    expect(new SecretText("short").hint()).toBe("");
  });
});

describe("a vault", () => {
  test("doesn't open without a master key, or with two of one id", () => {
    expect(() => createVault([])).toThrow("at least one master key");
    expect(() => createVault([first, newKey("k1")])).toThrow("ids must differ");
  });
});
