/** Readers of configuration formats. Each takes a text and throws {@link MalformedText} for what it cannot read. */
export { type IniEntry, readIni } from "./ini.js";
export { readJson } from "./json.js";
export { MalformedText } from "./malformed-text.js";
export { readToml } from "./toml.js";
export { readYaml, type YamlScalar } from "./yaml.js";
