export { DEMO_SETTINGS } from "./defaults";
export { readSettings } from "./read-settings";
export { readSettingsDocument } from "./read-settings-document";
export { Settings, SettingsPatch, type SettingsDocument } from "./schemas";
export { updateSettings } from "./update-settings";
