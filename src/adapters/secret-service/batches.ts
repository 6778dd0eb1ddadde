/** Calls under way at once: a bus may limit what one client has unanswered, to 128 where nothing else is configured. */
const batchSize = 64;

/** `ask` of every item, many at a time, in order. */
export async function inBatches<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  // Stryker disable next-line EqualityOperator: one more batch would be empty
  for (let start = 0; start < items.length; start += batchSize) {
    results.push(...(await Promise.all(items.slice(start, start + batchSize).map(ask))));
  }
  return results;
}
