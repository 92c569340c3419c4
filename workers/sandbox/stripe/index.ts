export { answerApi } from "./answer-api";
export { controlStripe } from "./control";
export { answerPayPage } from "./pay-page";
