/** Starts a language model of this machine; see model-server.js. */
export function startModelServer(): Promise<{
  readonly baseUrl: string;
  calls(): number;
  close(): Promise<void>;
}>;
