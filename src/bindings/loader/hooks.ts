/** Node's module hooks for `import … from "./x.py"` (https://nodejs.org/api/module.html#customization-hooks). */
import { codeForUrl, isPythonSpecifier, resolvePythonUrl } from "./python-import.js";

interface Resolved {
  readonly url: string;
  readonly format?: string;
  readonly shortCircuit?: boolean;
}

interface Loaded {
  readonly format: string;
  readonly source: string;
  readonly shortCircuit: boolean;
}

/** The URL of a Python file; whether it is there is found out when it is loaded. Other specifiers are passed on. */
export function resolve<R>(
  specifier: string,
  context: { readonly parentURL?: string },
  nextResolve: (specifier: string, context: object) => R,
): R | Resolved {
  if (!isPythonSpecifier(specifier)) return nextResolve(specifier, context);
  const url = resolvePythonUrl(specifier, context.parentURL);
  return url === undefined ? nextResolve(specifier, context) : { url, format: "module", shortCircuit: true };
}

/** The code that stands for a Python file. */
export function load<L>(
  url: string,
  context: object,
  nextLoad: (url: string, context: object) => L,
): L | Loaded {
  if (!url.startsWith("file:") || !isPythonSpecifier(url)) return nextLoad(url, context);
  return { format: "module", source: codeForUrl(url), shortCircuit: true };
}
