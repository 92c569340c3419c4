import { vi } from "vitest";
import type { Whole } from "@/tests/support/whole";
import { onStage } from "../../../scripts/demo/stage";
import { account, buy, contribute, spend, vest } from "../../../scripts/demo/story";

/** One run of the story, and what it printed. */
export async function tellStory({ web, gateway, sandbox, admin }: Whole): Promise<string> {
  const printed = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const instance = { web, gateway, sandbox, admin_api_key: admin.key };
  try {
    await onStage(instance, async (stage) => {
      await buy(instance, stage);
      const contribution = await contribute(instance, stage);
      await spend(instance, stage);
      await vest(instance, stage, contribution);
      await account(instance, stage);
    });
    return printed.mock.calls.map(([text]) => String(text)).join("");
  } finally {
    printed.mockRestore();
  }
}
