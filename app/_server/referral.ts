import { cookies } from "next/headers";

/** Keeps the code of whoever invited a visitor until they sign up, through every way of doing so. Set by the proxy. */
export const REFERRAL_COOKIE = "scrip-ref";

/** Whether a text has the form of an invitation's code. */
export const isReferralCode = (text: string): boolean => /^[0-9A-Za-z]{4,32}$/.test(text);

/** The code of whoever invited this visitor, or `null`. */
export async function readReferralCode(): Promise<string | null> {
  const code = (await cookies()).get(REFERRAL_COOKIE)?.value;
  return code && isReferralCode(code) ? code : null;
}

/** The invitation was used: forget it. */
export async function forgetReferralCode(): Promise<void> {
  (await cookies()).delete(REFERRAL_COOKIE);
}
