import { route } from "@/app/_server/route";
import {
  ContributionPatch,
  getContribution,
  pauseContribution,
  resumeContribution,
  retireContribution,
} from "@/lib/contributions";
import { ContributionReply, showContribution } from "../../_replies/contribution";
import { IdParams } from "../../_replies/fields";

const params = IdParams("contribution");

export const GET = route(
  {
    auth: "account",
    tag: "Contributions",
    summary: "Read a contribution",
    params,
    reply: ContributionReply,
    example: {},
  },
  async ({ tx, ctx, principal, params: { id } }) =>
    showContribution(await getContribution(tx, ctx, { userId: principal.user.id, contributionId: id })),
);

export const PATCH = route(
  {
    auth: "account",
    tag: "Contributions",
    summary: "Pause or resume a contribution",
    description: "Gateways follow within a second; requests under way with its key end, and vest.",
    params,
    body: ContributionPatch,
    reply: ContributionReply,
    example: { body: { paused: true } },
  },
  async ({ tx, ctx, principal, params: { id }, body: { paused } }) => {
    const change = paused ? pauseContribution : resumeContribution;
    return showContribution(await change(tx, ctx, { userId: principal.user.id, contributionId: id }));
  },
);

export const DELETE = route(
  {
    auth: "account",
    tag: "Contributions",
    summary: "Retire a contribution",
    description: "For good: its key is destroyed, its unvested credits go back. What is under way with it still vests.",
    params,
    reply: ContributionReply,
    example: {},
  },
  async ({ tx, ctx, principal, params: { id } }) =>
    showContribution(await retireContribution(tx, ctx, { userId: principal.user.id, contributionId: id })),
);
