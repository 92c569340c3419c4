import NextAuth from "next-auth";
import type { NextRequest } from "next/server";
import { nextAuthOptions } from "@/app/_server/auth";

type Context = { params: Promise<{ nextauth: string[] }> };

/** NextAuth's own routes: the session's token, and signing in and out for programs. */
const handler = (request: NextRequest, context: Context): Promise<Response> =>
  NextAuth(request, context, nextAuthOptions());

export { handler as GET, handler as POST };
