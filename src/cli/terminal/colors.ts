import picocolors from "picocolors";

/** Styles that do nothing where colours are off. */
export type Colors = ReturnType<typeof picocolors.createColors>;

export function createColors(enabled: boolean): Colors {
  return picocolors.createColors(enabled);
}
