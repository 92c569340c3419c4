export { recoverHolds } from "./recovery";
