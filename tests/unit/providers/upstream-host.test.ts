import { expect, test } from "vitest";
import { upstreamHostOf } from "@/lib/providers";

test("an upstream host is the same however its base URL writes it: case, trailing dot, usual port, path", () => {
  const written = [
    "https://api.openai.com/v1",
    "https://API.OpenAI.com/v1/",
    "https://api.openai.com./v1",
    "https://api.openai.com:443/v1",
    "http://api.openai.com:80",
    "http://api.openai.com:443/other",
  ];
  expect(new Set(written.map(upstreamHostOf))).toEqual(new Set(["api.openai.com"]));
});

test("other hosts and other ports are other upstream hosts", () => {
  const others = ["https://api.openai.com:8443/v1", "https://eu.api.openai.com/v1", "http://127.0.0.1:4010/openai/v1"];
  expect(others.map(upstreamHostOf)).toEqual(["api.openai.com:8443", "eu.api.openai.com", "127.0.0.1:4010"]);
});
