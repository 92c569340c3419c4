import { describe, expect, test } from "vitest";
import type { ModelWithCards } from "@/lib/catalog";
import { modelToProbe } from "@/workers/jobs/key-jobs";
import { aCard, perThousand } from "../../support/card";

const NOW = Date.UTC(2026, 11, 1);

function aModel(id: string, usd: string | null, more: Partial<ModelWithCards> = {}): ModelWithCards {
  const cost = usd === null ? [] : [{ card: aCard({ rates: perThousand(usd, usd) }), version: 1 }];
  return {
    id,
    displayName: id,
    provider: "openai",
    upstreamModel: id,
    capabilities: ["chat"],
    contextTokens: null,
    defaultOutputCap: 1_000,
    countPrice: null,
    enabled: true,
    prices: [],
    costs: cost.map(({ card, version }) => ({
      id: 1n,
      modelId: id,
      kind: "cost",
      version,
      effectiveFromMs: 0,
      card,
    })),
    ...more,
  };
}

const key = { provider: "openai", models: null, isUnderAdvance: false };
const image = aModel("a-picture", "0.0001", { capabilities: ["image"] });
const [dear, cheap, unknown] = [aModel("dear", "0.03"), aModel("cheap", "0.001"), aModel("unknown", null)];
const elsewhere = aModel("elsewhere", "0.0001", { provider: "groq" });
const off = aModel("off", "0.0001", { enabled: false });
const ALL = [image, dear, unknown, elsewhere, off, cheap];

describe("the model that a probe pays for", () => {
  test("is the cheapest chat model of the key, not the first by name", () => {
    expect(modelToProbe(key, ALL, null, NOW)?.id).toBe("cheap");
    expect(modelToProbe(key, ALL, dear, NOW)?.id).toBe("cheap");
  });

  test("is one that the key's channel serves", () => {
    expect(modelToProbe({ ...key, models: new Map([["dear", "theirs"]]) }, ALL, null, NOW)?.id).toBe("dear");
    expect(modelToProbe({ ...key, models: new Map([["a-picture", "theirs"]]) }, ALL, null, NOW)).toBeNull();
  });

  test("is the one that values a key with an advance, where the key serves that", () => {
    const advanced = { ...key, isUnderAdvance: true };
    expect(modelToProbe(advanced, ALL, dear, NOW)?.id).toBe("dear");
    expect(modelToProbe({ ...advanced, models: new Map([["cheap", "theirs"]]) }, ALL, dear, NOW)?.id).toBe("cheap");
  });

  test("is one whose cost isn't known only where there is no other", () => {
    expect(modelToProbe(key, [unknown, dear], null, NOW)?.id).toBe("dear");
    expect(modelToProbe(key, [image, unknown], null, NOW)?.id).toBe("unknown");
    expect(modelToProbe(key, [image], null, NOW)).toBeNull();
  });
});
