/** `[tool.nogil]` of pyproject.toml. */
export type { Settings } from "./settings.js";
export { SettingsTree } from "./settings-tree.js";
