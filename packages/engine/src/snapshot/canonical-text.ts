// Canonical text: JSON with the keys of every object in order, so that equal documents give equal
// text however they were put together. For documents only (contract tables, contracts, results kept
// for retries).

/** The one key of what stands for a number that JSON cannot write: a refused order may hold one. */
const notFinite = 'notFinite';

/** What a canonical text was made from. */
export const readCanonicalText = (text: string): unknown =>
  JSON.parse(text, (_, part: unknown) =>
    typeof part === 'object' && part !== null && notFinite in part ? Number(part[notFinite]) : part,
  );

/** The text of a plain document. */
export const canonicalText = (value: unknown): string => {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return `{"${notFinite}":"${value}"}`;
  }
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
