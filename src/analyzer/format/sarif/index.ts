/** SARIF 2.1.0. */
export { type SarifContext, sarifLog } from "./sarif.js";
