/** `import nogil from "nogil/vite"`: for Vite's server builds and its development server. */
import { unplugin } from "./plugin.js";

export default unplugin.vite;
