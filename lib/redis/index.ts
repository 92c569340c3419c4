export { type Bus, openBus, openScripts, type Scripts } from "./redis";
