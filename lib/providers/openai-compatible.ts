import type { BillField, Provider } from "../catalog";
import type { Adapter, OpenAiEndpoint } from "./adapter";
import { CHAT_FIELDS } from "./bill-fields";
import { classifyAnswer } from "./classify-answer";

type Particulars = Partial<Omit<OpenAiEndpoint, "path">> & {
  /** Between the base URL and `/chat/completions`. */
  path?: string | ((secret: string) => string);
  billFields?: readonly BillField[];
  authHeaders?: Adapter["authHeaders"];
};

const bearer = (secret: string): Record<string, string> => ({ authorization: `Bearer ${secret}` });

/** The adapter of a supplier with an OpenAI-compatible endpoint; what isn't said is as most of them do it. */
export function openAiCompatible(id: Provider, baseUrl: string | null, particulars: Particulars = {}): Adapter {
  const { path = "", billFields = [], authHeaders = bearer, ...rest } = particulars;
  return {
    id,
    baseUrl,
    openAi: {
      path: typeof path === "string" ? () => path : path,
      outputCapField: "max_tokens",
      reasoning: "inside",
      abortStopsBill: false,
      ...rest,
    },
    billFields: [...CHAT_FIELDS, ...billFields],
    authHeaders,
    classify: classifyAnswer,
  };
}
