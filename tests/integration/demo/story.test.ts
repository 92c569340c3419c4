import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyBooks } from "@/lib/verification";
import { openWhole, type Whole } from "@/tests/support/whole";
import { ask } from "../../../scripts/demo/instance";
import { onStage, type Stage } from "../../../scripts/demo/stage";
import { tellStory } from "./tell-story";

let whole: Whole;
beforeAll(async () => {
  whole = await openWhole();
});
afterAll(() => whole.close());

describe("npm run demo", () => {
  test("prints the same right figures twice running, and the books verify", async () => {
    const first = await tellStory(whole);
    expect(first).toContain("granted to Bo                                    74,997");
    expect(first).toContain("profit: the layers' difference, in USD            0.035");
    expect(await tellStory(whole)).toBe(first);
    expect((await verifyBooks(whole.database)).violations).toEqual([]);
  });

  type Settings = { providers: Record<string, Record<string, unknown>> };
  const instance = () => ({ ...whole, admin_api_key: whole.admin.key });
  const asAdmin = (path: string, body?: object) =>
    ask(`${whole.web}/api/v1/admin${path}`, { key: whole.admin.key, ...(body && { method: "PUT", body }) });
  const policy = async () => ((await asAdmin("/settings")) as Settings).providers["openai"];
  const enabledOf = async (model: string) => (await asAdmin(`/models/${model}`))["enabled"];

  test("puts everything back where it is ended before its time", async () => {
    const before = await policy();
    const end = new AbortController();
    let model = "";
    const story = async (stage: Stage): Promise<void> => {
      ({ model } = stage);
      expect(await policy()).toMatchObject({ channel: model, reference_model: model });
      end.abort(new Error("Ctrl-C"));
      await new Promise(() => undefined);
    };
    await expect(onStage(instance(), story, end.signal)).rejects.toThrow("Ctrl-C");
    expect(await policy()).toEqual(before);
    expect(await enabledOf(model)).toBe(false);
  });

  test("puts back what a run left that was killed", async () => {
    const before = await policy();
    let left = "";
    await onStage(instance(), async ({ model }) => void (left = model));
    const model = { provider: "openai", upstream_model: "gpt-4", capabilities: ["chat"], enabled: true };
    await asAdmin(`/models/${left}`, model);
    await asAdmin("/settings", { providers: { openai: { channel: left, reference_model: left } } });
    await onStage(instance(), () => Promise.resolve());
    expect(await policy()).toEqual(before);
    expect(await enabledOf(left)).toBe(false);
  });
});
