export { answerApi } from "./api";
export { controlStripe } from "./controls";
export { answerPayPage } from "./pay-page";
