export { type Bus, type BusOptions, openBus } from "./open-bus";
export { openScripts, type Scripts } from "./open-scripts";
