/** What a worker says once it has imported the user's modules, checked before anything relies on it. */
import { ProtocolError, type PythonErrorDetails } from "../errors.js";
import { toErrorDetails } from "../wire/index.js";

export interface Hello {
  readonly protocol: number;
  readonly pid: number;
  readonly version: string;
  readonly freeThreadedBuild: boolean;
  /** The GIL's state after the user's modules were imported. */
  readonly gilEnabled: boolean;
  /** The extension module whose import switched the GIL on. */
  readonly gilModule: string | undefined;
  /** Callable names by module. */
  readonly exports: Readonly<Record<string, readonly string[]>>;
}

export interface Failed {
  readonly failed: {
    readonly what: "module" | "initializer" | "threadInitializer";
    readonly name: string;
    readonly error: PythonErrorDetails;
  };
}

/** @throws ProtocolError when the answer is neither. */
export function parseHello(answer: unknown): Hello | Failed {
  if (typeof answer !== "object" || answer === null)
    throw new ProtocolError("the worker's hello is not an object");
  const fields = answer as Record<string, unknown>;
  if (typeof fields.failed === "object" && fields.failed !== null) {
    const { what, name, error } = fields.failed as Record<string, unknown>;
    return {
      failed: {
        what: what === "initializer" || what === "threadInitializer" ? what : "module",
        name: String(name),
        error: toErrorDetails(error),
      },
    };
  }
  const { protocol, pid, version, freeThreadedBuild, gilEnabled, gilModule, exports } = fields;
  if (typeof protocol !== "number" || typeof pid !== "number" || typeof gilEnabled !== "boolean") {
    throw new ProtocolError("the worker's hello lacks protocol, pid or gilEnabled");
  }
  return {
    protocol,
    pid,
    version: String(version),
    freeThreadedBuild: freeThreadedBuild === true,
    gilEnabled,
    gilModule: typeof gilModule === "string" ? gilModule : undefined,
    exports: (exports ?? {}) as Record<string, readonly string[]>,
  };
}
