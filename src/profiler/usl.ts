/**
 * Fits the universal scalability law, X(N) = λN / (1 + σ(N−1) + κN(N−1)) (Gunther, Guerrilla Capacity Planning, 2007).
 *
 * N / X(N) is linear in 1/λ, σ/λ and κ/λ, so it is a least-squares problem. It is solved for relative errors, because
 * N / X(N) grows with N, and with σ and κ not below 0: each of the four cases that this allows is solved, the best wins.
 */
import type { CurvePoint } from "./knee.js";
import type { UslFit } from "./report.js";

/** Three unknowns need three points. */
const FEWEST_POINTS = 3;

/** Null with fewer than three different numbers of threads, or a throughput that is not above 0. */
export function fitUsl(points: readonly CurvePoint[]): UslFit | null {
  const counts = new Set(points.map(({ threads }) => threads));
  if (counts.size < FEWEST_POINTS || points.some(({ throughput }) => !(throughput > 0))) return null;
  // Dividing each row by its right-hand side makes the errors relative.
  const rows = points.map(({ threads, throughput }) => {
    const y = threads / throughput;
    return [1 / y, (threads - 1) / y, (threads * (threads - 1)) / y];
  });
  let best: { error: number; coefficients: number[] } | undefined;
  for (const columns of [[0], [0, 1], [0, 2], [0, 1, 2]]) {
    const solved = leastSquares(rows.map((row) => columns.map((column) => row[column]!)));
    if (solved === undefined) continue;
    const coefficients = [0, 0, 0];
    columns.forEach((column, index) => {
      coefficients[column] = solved[index]!;
    });
    if (!(coefficients[0]! > 0) || coefficients.some((value) => value < 0)) continue;
    const error = rows.reduce((sum, row) => sum + (1 - dot(row, coefficients)) ** 2, 0);
    if (best === undefined || error < best.error) best = { error, coefficients };
  }
  if (best === undefined) return null;
  const [scale, linear, square] = best.coefficients as [number, number, number];
  const sigma = linear / scale;
  const kappa = square / scale;
  const peak = kappa > 0 ? Math.max(1, Math.sqrt(Math.max(0, (1 - sigma) / kappa))) : null;
  return { lambda: 1 / scale, sigma, kappa, peak };
}

/** Throughput by the law. */
export function uslThroughput({ lambda, sigma, kappa }: UslFit, threads: number): number {
  return (lambda * threads) / (1 + sigma * (threads - 1) + kappa * threads * (threads - 1));
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, index) => sum + value * right[index]!, 0);
}

/** The x for which all of `rows`·x are nearest to 1, by the normal equations; undefined when they have no one answer. */
function leastSquares(rows: readonly (readonly number[])[]): number[] | undefined {
  const width = rows[0]?.length ?? 0;
  const system = Array.from({ length: width }, (_, i) => [
    ...Array.from({ length: width }, (_, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
    rows.reduce((sum, row) => sum + row[i]!, 0),
  ]);
  // Columns differ by many orders of magnitude (1/λ against κ/λ): scaled, the pivots can be compared.
  const scales = system.map((row, i) => 1 / Math.sqrt(row[i]! || 1));
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++) system[i]![j]! *= scales[i]! * scales[j]!;
    system[i]![width]! *= scales[i]!;
  }
  for (let column = 0; column < width; column++) {
    let pivot = column;
    for (let row = column + 1; row < width; row++)
      if (Math.abs(system[row]![column]!) > Math.abs(system[pivot]![column]!)) pivot = row;
    [system[column], system[pivot]] = [system[pivot]!, system[column]!];
    const lead = system[column]![column]!;
    if (Math.abs(lead) < 1e-12) return undefined;
    for (let row = 0; row < width; row++) {
      if (row === column) continue;
      const factor = system[row]![column]! / lead;
      for (let k = column; k <= width; k++) system[row]![k]! -= factor * system[column]![k]!;
    }
  }
  return system.map((row, i) => (row[width]! / row[i]!) * scales[i]!);
}
