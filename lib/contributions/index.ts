export { contribute, planAcceptance, type Revalidation } from "./acceptance";
export { refreshAdvances } from "./advance";
export {
  closeKey,
  type ContributionView,
  getContribution,
  listContributions,
  pauseContribution,
  resumeContribution,
  retireContribution,
  revokeContribution,
} from "./contribution";
export { validateKey } from "./key-validation";
export { policyOf, referenceModelOf, referenceOf } from "./policy";
export {
  findQuote,
  purgeQuotes,
  planQuote,
  quoteContribution,
  type QuoteInput,
  type QuoteView,
  rotateQuotes,
} from "./quote";
export { ContributionBody, ContributionPatch, QuoteBody } from "./schemas";
export { topUpContribution } from "./top-up";
export { dueOf, earnedOf, type Progress, type Valuation, valueQuota, vestedOf, type VestingTerms } from "./valuation";
export { type ExpectedShare, readExpectedShares, settleProbe, vestContributions } from "./vesting";
