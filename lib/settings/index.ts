export { DEMO_SETTINGS } from "./defaults";
export { holdSettings } from "./hold-settings";
export { readSettings } from "./read-settings";
export { readSettingsDocument } from "./read-settings-document";
export { Settings, SettingsPatch } from "./schemas";
export { ADVANCE_LIMIT_TOPIC, updateSettings } from "./update-settings";
