/** Where threads that slow one another down were seen most often. */
export interface HotSpot {
  readonly file: string;
  readonly function: string;
  readonly line: number;
  /** Objects that are not the threads' own and that the code there names. */
  readonly objects: readonly { readonly name: string; readonly type: string }[];
}

/** Undefined when the answer names no place: no thread ran a task, or the worker is gone. */
export function parseHotSpot(answer: unknown): HotSpot | undefined {
  if (typeof answer !== "object" || answer === null) return undefined;
  const { file, function: name, line, objects } = answer as Record<string, unknown>;
  if (typeof file !== "string" || typeof line !== "number") return undefined;
  const named = (Array.isArray(objects) ? objects : []).filter(
    (object) => typeof object === "object" && object !== null,
  );
  return {
    file,
    function: String(name),
    line,
    objects: named.map((object: Record<string, unknown>) => ({
      name: String(object.name),
      type: String(object.type),
    })),
  };
}
