// @ts-check
// A number chosen beforehand, which is what most pools have.

/**
 * @param {number} limit
 * @returns {() => import("./rival.js").Rival}
 */
export function fixed(limit) {
  return () => {
    const step = { limit, seconds: 0.25 };
    return { step, next: () => step };
  };
}
