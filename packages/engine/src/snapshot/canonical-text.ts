// Canonical text: JSON with the keys of every object in order, so that equal documents give equal
// text however they were put together. For documents only (contract tables, contracts, results kept
// for retries).

/** The text of a plain document; numbers must be finite. */
export const canonicalText = (value: unknown): string => {
  if (Array.isArray(value)) {
    return `[${value.map(canonicalText).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const parts = entries.map(([key, part]) => `${JSON.stringify(key)}:${canonicalText(part)}`);
    return `{${parts.join(',')}}`;
  }
  return JSON.stringify(value);
};
