export { type Bus, openBus } from "./open-bus";
export { openScripts, type Scripts } from "./open-scripts";
