/** `[tool.nogil]` of pyproject.toml. */
export { NO_SETTINGS, type Settings } from "./settings.js";
export { SettingsTree } from "./settings-tree.js";
