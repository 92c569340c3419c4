import * as z from "zod";
import { route } from "@/app/_server/route";
import { apiDocument } from "../_document/document";

export const GET = route(
  {
    auth: "public",
    tag: "About",
    summary: "Read this document",
    description: "OpenAPI 3.1, made from the schemas that the calls are checked by.",
    reply: z.object({ openapi: z.string() }),
    example: {},
  },
  () => Promise.resolve(apiDocument()),
);
