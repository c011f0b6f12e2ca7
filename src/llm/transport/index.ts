export { type Connections, connectionsThrough, connectionsTo } from "./connections.js";
export {
  BodyTooLarge,
  Exchange,
  type ExchangeResult,
  ReaderFailed,
  type ResponseHeaders,
} from "./exchange.js";
