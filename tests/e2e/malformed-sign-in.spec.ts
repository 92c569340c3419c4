import { stack } from "./support/stack-address";
import { expect, test } from "./support/test";

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";

/** Bodies that no form and no program of ours sends, with what they are sent as. */
const BODIES: [string, string | Uint8Array<ArrayBuffer>, string][] = [
  ["JSON that breaks off", '{"email": "a@example.test"', JSON_TYPE],
  ["no JSON", "email=a@example.test", JSON_TYPE],
  ["an empty text", "", JSON_TYPE],
  ["a list", "[]", JSON_TYPE],
  ["null", "null", JSON_TYPE],
  ["a text", '"email"', JSON_TYPE],
  ["a number", "1", JSON_TYPE],
  ["objects for texts", '{"email": {}, "password": []}', JSON_TYPE],
  ["a CSRF token that is no text", '{"csrfToken": 7}', JSON_TYPE],
  ["a NUL", String.raw`{"email": "a\u0000@example.test", "password": "x"}`, JSON_TYPE],
  ["half of a surrogate pair", String.raw`{"email": "\ud800"}`, JSON_TYPE],
  ["what isn't UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), JSON_TYPE],
  ["what isn't UTF-8, as a form", new Uint8Array([0x61, 0x3d, 0xff]), FORM_TYPE],
  ["JSON as plain text", '{"email": "a@example.test"}', "text/plain"],
  ["another content type", "<email/>", "application/xml"],
  ["a multipart without its boundary", "--x", "multipart/form-data"],
  ["an address to go on to that is none", "callbackUrl=http%3A%2F%2F%5B", FORM_TYPE],
  ["a scheme to go on to that is none", '{"callbackUrl": "javascript:alert(1)"}', JSON_TYPE],
];

const post = (
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  type: string,
  headers: Record<string, string> = {},
) =>
  fetch(`${stack().web}/api/auth/${path}`, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": type, ...headers },
    body,
  });

test("a malformed body of a sign-in is 400, whatever is wrong with it and wherever it is sent", async () => {
  for (const path of ["callback/credentials", "signin/credentials", "signout"]) {
    for (const [name, body, type] of BODIES) {
      const reply = await post(path, body, type);
      expect(reply.status, `${path}: ${name}`).toBe(400);
      expect(await reply.json(), `${path}: ${name}`).toMatchObject({ status: 400, code: "invalid_request" });
    }
  }
});

test("a body of a sign-in that is too large is refused unread", async () => {
  const huge = JSON.stringify({ email: "a".repeat(100_000) });
  for (const type of [JSON_TYPE, FORM_TYPE, "text/plain"]) {
    expect((await post("callback/credentials", huge, type)).status).toBe(413);
  }
});

test("a query, a cookie or a method that makes no sense to a sign-in is the caller's fault, never a 500", async () => {
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${stack().web}/api/auth/${path}`, { redirect: "manual", headers });
  const replies = await Promise.all([
    get("signin?callbackUrl=http%3A%2F%2F%5B"),
    get("session?callbackUrl=javascript%3Aalert(1)"),
    get("error?error=%0d%0aset-cookie%3A%20a%3D1"),
    get("error?error=%E2%82%AC"),
    get("session", { cookie: "next-auth.callback-url=none" }),
    post("callback/credentials", "csrfToken=x", FORM_TYPE, { cookie: "next-auth.callback-url=http%3A%2F%2F%5B" }),
    get("callback/credentials"),
    get("callback/made-up"),
    get("made-up"),
  ]);
  expect(replies.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400, 405, 405, 400]);
});

test("a sign-in that is well formed goes through, as JSON and as a form", async () => {
  const csrf = await fetch(`${stack().web}/api/auth/csrf`);
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const cookie = csrf.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  const members = { csrfToken, email: "nobody@e2e.test", password: "not the password", json: "true" };
  const replies = await Promise.all([
    post("callback/credentials", JSON.stringify(members), JSON_TYPE, { cookie }),
    post("callback/credentials", String(new URLSearchParams(members)), FORM_TYPE, { cookie }),
  ]);
  for (const reply of replies) {
    expect(reply.status).toBe(401);
    expect(await reply.json()).toMatchObject({ url: expect.stringContaining("CredentialsSignin") as unknown });
  }
});
