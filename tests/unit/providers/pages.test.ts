import { describe, expect, it } from "vitest";
import { findAdapter } from "@/lib/providers";

const classify = (status: number, body: string) =>
  findAdapter("openai")?.classify({ status, headers: {}, body, nowMs: 0 });

describe("what stands before a supplier, and what a supplier says of a request", () => {
  const PAGE = "<!DOCTYPE html><html><head><title>Sorry, you have been blocked</title></head></html>";
  const API = JSON.stringify({ error: { message: "No.", type: "invalid_request_error" } });
  const OURS = { forKey: { action: "fault" }, forRequest: "next_key", outcome: "unreadable" };
  it.each<readonly [number, string, string]>([
    ...[400, 401, 403, 404, 405, 407, 411, 413, 414, 421, 422, 451].map((status) => [status, "a page", PAGE] as const),
    ...[400, 404, 413, 422].map((status) => [status, "a line of text", "no such route"] as const),
    ...[405, 406, 407, 409, 411, 414, 415, 418, 421, 451].map((status) => [status, "an API's error", API] as const),
    [400, "nothing", ""],
    [404, "a number", "7"],
  ])("takes %i with %s for a fault of what stands before the supplier", (status, _what, body) => {
    expect(classify(status, body)).toEqual(OURS);
  });

  it.each([400, 404, 413, 422])("gives the caller an API's own error of status %i", (status) => {
    expect(classify(status, API)).toMatchObject({ forKey: { action: "none" }, forRequest: "surface" });
  });

  it.each([
    [403, "Your request was blocked."],
    [403, "Access denied by policy 7."],
    [400, "Tool use with this model is not available in JSON mode."],
    [400, "The parameter top_k of this model does not exist."],
  ])("says nothing of a model for %i %s", (status, message) => {
    const found = classify(status, JSON.stringify({ error: { message, type: "x" } }));
    expect(found).toMatchObject({ forKey: { action: "none" }, outcome: "bad_request" });
  });

  it.each([
    [404, "The model gpt-x does not exist or you do not have access to it."],
    [403, "Project p does not have access to model gpt-x."],
    [400, "This model is not available in your region."],
    [404, "No such model."],
  ])("says that the key can't use the model for %i %s", (status, message) => {
    const found = classify(status, JSON.stringify({ error: { message, type: "x" } }));
    expect(found).toMatchObject({ forKey: { action: "avoid_model" } });
  });
});
