/** From options to an engine: provider, address, key. */
import type { Dispatcher } from "undici";
import { InvalidOption } from "../../errors.js";
import type { ModelOptions } from "../options.js";
import { PROVIDER_NAMES, type Provider, providerNamed } from "../providers/index.js";
import type { Engine } from "./engine.js";
import { HttpEngine } from "./http-engine.js";
import { LocalEngine } from "./local-engine.js";

export function openEngine(
  options: ModelOptions,
  connectTimeout: number,
  dispatcher: Dispatcher | undefined,
): Engine {
  if (typeof options.provider !== "string") return options.provider;
  const model = options.model as string;
  // A local model behind an address is a llama.cpp server.
  const isServer = options.provider === "local" && options.baseUrl !== undefined;
  if (options.provider === "local" && !isServer) return new LocalEngine(model);
  const provider = isServer
    ? ({ ...providerNamed("llamacpp"), name: "local" } as Provider)
    : providerNamed(options.provider);
  if (provider === undefined) {
    throw new InvalidOption(
      "provider",
      options.provider,
      `one of ${[...PROVIDER_NAMES, "local"].join(", ")}`,
    );
  }
  const baseUrl = options.baseUrl ?? provider.baseUrl;
  if (baseUrl === "") {
    throw new InvalidOption(
      "baseUrl",
      undefined,
      `the address of the server, for provider "${provider.name}"`,
    );
  }
  return new HttpEngine({
    provider,
    model,
    baseUrl: baseUrl.replace(/\/+$/, ""),
    apiKey: options.apiKey ?? keyFromEnvironment(provider),
    headers: options.headers ?? {},
    connectTimeout,
    dispatcher,
  });
}

function keyFromEnvironment(provider: Provider): string {
  for (const name of provider.keyVariables) {
    const value = process.env[name]?.trim();
    if (value) return value;
  }
  if (!provider.keyRequired) return "";
  throw new InvalidOption(
    "apiKey",
    undefined,
    `a key for ${provider.name}, or the environment variable ${provider.keyVariables.join(" or ")}`,
  );
}
