/**
 * Deals items out so that every chunk has about the same size: largest first, each to the chunk that is smallest so
 * far (longest-processing-time rule; Graham, "Bounds on multiprocessing timing anomalies", 1969).
 *
 * @param sizes the size of each item
 * @returns for each chunk the numbers of its items
 */
export function equalChunks(sizes: readonly number[], count: number): number[][] {
  const chunks = Array.from({ length: Math.min(count, sizes.length) }, () => ({
    items: [] as number[],
    size: 0,
  }));
  const largestFirst = sizes.map((size, item) => ({ size, item })).sort((a, b) => b.size - a.size);
  for (const { size, item } of largestFirst) {
    const smallest = chunks.reduce((best, chunk) => (chunk.size < best.size ? chunk : best));
    smallest.items.push(item);
    smallest.size += size;
  }
  return chunks.map(({ items }) => items);
}
