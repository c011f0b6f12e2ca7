/** `nogil/unplugin`: the plug-ins for every bundler that unplugin knows; tested are Vite and esbuild. */
export { type PluginOptions, unplugin } from "./plugin.js";
