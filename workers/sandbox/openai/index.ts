export { OPENAI_ERRORS } from "./failures";
export { openAi } from "./provider";
export { promptOfTokens } from "./chat-request";
