/** The command `nogil`. See docs/cli.md. */
export { main } from "./main.js";
