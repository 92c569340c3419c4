import NextAuth from "next-auth";
import type { NextRequest } from "next/server";
import { nextAuthOptions } from "@/app/_server/auth";
import { readSignInRequest } from "@/app/_server/sign-in-request";
import { ScripError } from "@/lib/errors";
import { toProblem } from "@/lib/http";
import { newUuid, toPublicId } from "@/lib/ids";
import { nowMs } from "@/lib/time";

type Context = { params: Promise<{ nextauth: string[] }> };

/** NextAuth's own routes: the session's token, and signing in and out for programs. What it can't read is a problem. */
async function handler(request: NextRequest, context: Context): Promise<Response> {
  try {
    const { nextauth } = await context.params;
    return await NextAuth(await readSignInRequest(request, nextauth), context, nextAuthOptions());
  } catch (error) {
    if (error instanceof ScripError) return toProblem(error, toPublicId("request", newUuid(nowMs())));
    throw error;
  }
}

export { handler as GET, handler as POST };
