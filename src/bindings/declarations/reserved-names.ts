/** Names that a declaration file cannot give to what it declares. They are exported under their own name all the same. */

/** ECMAScript's reserved words, those of strict mode and modules, and what TypeScript takes for its own types. */
const RESERVED =
  "abstract any arguments as asserts async await bigint boolean break case catch class const constructor continue " +
  "debugger declare default delete do else enum eval export extends false finally for from function get global if " +
  "implements import in infer instanceof interface intrinsic is keyof let module namespace never new null number " +
  "object of out override package private protected public readonly require return satisfies set static string " +
  "super switch symbol this throw true try type typeof undefined unique unknown using var void while with yield";

/** Global types that the declarations refer to. */
const GLOBAL_TYPES =
  "Array AsyncIterable BigInt64Array BigUint64Array Buffer Date Exclude Float32Array Float64Array Int16Array " +
  "Int32Array Int8Array Iterable Map Partial Promise ReadonlyMap ReadonlySet Record Set Uint16Array Uint32Array " +
  "Uint8Array globalThis";

const TAKEN: ReadonlySet<string> = new Set(`${RESERVED} ${GLOBAL_TYPES} nogil`.split(" "));
const RESERVED_WORDS: ReadonlySet<string> = new Set(RESERVED.split(" "));

/** Gives every thing a name of its own. */
export class NameSpace {
  readonly #taken = new Set<string>();

  /** The name itself where it is free, else with underscores. */
  give(wanted: string): string {
    let name = wanted;
    while (TAKEN.has(name) || this.#taken.has(name)) name += "_";
    this.#taken.add(name);
    return name;
  }
}

/** A parameter's name that is allowed. */
export function parameterName(name: string): string {
  return RESERVED_WORDS.has(name) ? `${name}_` : name;
}

export function isReserved(name: string): boolean {
  return RESERVED_WORDS.has(name);
}

const IDENTIFIER = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u;

/** A property's name, in quotes where it needs them. */
export function propertyName(name: string): string {
  return IDENTIFIER.test(name) ? name : JSON.stringify(name);
}
