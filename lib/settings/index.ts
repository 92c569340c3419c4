export { DEMO_SETTINGS } from "./defaults";
export { Settings, SettingsPatch } from "./schemas";
export { ADVANCE_LIMIT_TOPIC, holdSettings, readSettings, readSettingsDocument, updateSettings } from "./settings";
