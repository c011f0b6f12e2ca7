/** `import nogil from "nogil/esbuild"`; the build needs an `outdir`, `format: "esm"` and `platform: "node"`. */
import { unplugin } from "./plugin.js";

export default unplugin.esbuild;
