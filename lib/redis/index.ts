export { type Bus, type BusOptions, openBus } from "./open-bus";
