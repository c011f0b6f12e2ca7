/** One requirement as PEP 508 has it: `NumPy[extra] >=1.20,<3 ; python_version > "3.9"`. */

export interface Requirement {
  /** Normalised (PEP 503): `ruamel-yaml` for `ruamel.yaml`. */
  readonly name: string;
  /** Without the extras and the marker; empty if any version will do. */
  readonly specifier: string;
}

const PATTERN =
  /^([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*\(?([^;@)#]*)\)?\s*(?:@[^;]*)?(?:;.*)?$/s;
const SPECIFIER = /^\s*((===?|~=|<=|>=|!=|<|>)\s*[\w.!+*-]+\s*,?\s*)*$/;

/** Undefined for what is no requirement: an address, a path, an option. */
export function parseRequirement(text: string): Requirement | undefined {
  const match = PATTERN.exec(text.trim());
  const specifier = (match?.[2] ?? "").replace(/\s+/g, "");
  if (match === null || !SPECIFIER.test(specifier)) return undefined;
  return { name: normalName(match[1] ?? ""), specifier };
}

/** The name by which two spellings of a package are the same (PEP 503). */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}
