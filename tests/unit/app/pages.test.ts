import { createTranslator } from "next-intl";
import { describe, expect, test } from "vitest";
import { parseCard } from "@/lib/catalog";
import { readLines } from "@/app/_components/charge/calculation";
import { leastOfTable, priceOf, rateOf } from "@/app/_components/model-view";
import { passwordStrength } from "@/app/_components/password-strength";
import { relativeTime, zoneLabel } from "@/app/_components/times";
import { browserName } from "@/app/_server/request";
import { acceptedLocale } from "@/app/_server/locale";
import messages from "@/app/_messages/en.json";

const SECOND_MS = 1_000;

describe("prices of the catalogue", () => {
  test("are shown for the quantity asked, whatever the card counts by", () => {
    const card = parseCard({
      rates: [
        { meter: "input_tokens", per: 1_000_000, amount: 2.5 },
        { meter: "seconds", per: 60, amount: 2 },
      ],
      chargeUnit: 0.001,
    });
    const [input, seconds] = [rateOf(card, "input_tokens"), rateOf(card, "seconds")];
    expect(input && priceOf(input, 1_000n)).toBe("0.0025");
    expect(seconds && priceOf(seconds, 60n)).toBe("2");
    expect(rateOf(card, "output_tokens")).toBeUndefined();
  });

  test("of a table begin with its least", () => {
    const rows = [
      { match: { mode: "pro" }, amount: 35 },
      { match: { mode: "std" }, amount: 9.5 },
    ];
    const card = parseCard({ rates: [], table: { defaults: { mode: "std" }, per: "requests", rows }, chargeUnit: 1 });
    expect(leastOfTable(card)).toBe("9.5");
  });
});

describe("what a person reads", () => {
  test.each([
    ["depleted", "quota_used", "Used up: All of its value has been used. "],
    ["depleted", "no_money", "Out of funds: Out of funds at the provider. It is checked again automatically."],
    ["quarantined", "invalid_key", "Stopped: The provider rejects the key. It is checked again automatically."],
    ["quarantined", "by_operator", "Stopped: Stopped by the operator. It waits until the operator enables it."],
    [
      "revoked",
      "drained",
      "Drained: Out of funds at the provider: it was spent elsewhere. Its unvested credits went back to the pool.",
    ],
    [
      "retired",
      "by_owner",
      "Retired: Retired by you. The key is destroyed; its unvested credits went back to the pool.",
    ],
  ] as const)("of a contribution that is %s (%s) is why, and what follows from that", (state, reason, text) => {
    const t = createTranslator({ locale: "en", messages, namespace: "Contribute" });
    const words = `${t(`states.${state}`, { reason })}: ${t(`reasons.${reason}`, { state })} ${t(`stateNotes.${state}`, { reason })}`;
    expect(words).toBe(text);
  });

  test("a line of a calculation that this page doesn't know keeps its amount", () => {
    const lines = readLines([{ what: "rounding", unit: "1", subtotal: "0.5" }, { what: "new", subtotal: "3" }, "?"]);
    expect(lines).toEqual([
      { what: "rounding", unit: "1", subtotal: "0.5" },
      { what: "other", subtotal: "3" },
    ]);
  });

  test("a password is the stronger the longer and the more varied it is, and weak when everybody uses it", () => {
    expect(passwordStrength("short")).toBe(0);
    expect(passwordStrength("aaaaaaaaaaaa")).toBe(1);
    expect(passwordStrength("password12345")).toBeLessThanOrEqual(2);
    expect(passwordStrength("correct horse battery staple")).toBe(4);
  });

  test("a time is shown in the largest unit that fits", () => {
    expect(relativeTime(0, 90 * SECOND_MS, "en")).toBe("1 min. ago");
    expect(relativeTime(0, 59 * SECOND_MS, "en")).toBe("now");
    expect(relativeTime(20 * SECOND_MS, 0, "en")).toBe("in 20 sec.");
    expect(relativeTime(0, 26 * 3_600 * SECOND_MS, "en")).toBe("yesterday");
    expect(zoneLabel("Asia/Shanghai", 0, "en")).toBe("Asia/Shanghai, GMT+8");
  });

  test("a browser is named as people know it", () => {
    expect(browserName("Mozilla/5.0 (X11; Linux x64) AppleWebKit/5 Chrome/156.0 Safari/5")).toBe("Chrome, Linux");
    expect(browserName("curl/8")).toBeNull();
  });

  test("the language is the first that the browser asks for and that we speak", () => {
    expect(acceptedLocale("de-DE, de;q=0.9, en;q=0.5")).toBe("en");
    expect(acceptedLocale("de")).toBeUndefined();
    expect(acceptedLocale(null)).toBeUndefined();
  });

  test("no text of the catalogue speaks of dollars, but those of admins, of an order's price and of a key's cap", () => {
    const { Admin: _admin, Buy, Contribute, ...others } = messages;
    const { amount: _amount, ...buying } = Buy;
    const { capLabel: _capLabel, ...key } = Contribute.key;
    const shown = JSON.stringify({ ...others, Buy: buying, Contribute: { ...Contribute, key } });
    expect(shown).not.toMatch(/\$\s?\d|USD|dollar/i);
  });
});
