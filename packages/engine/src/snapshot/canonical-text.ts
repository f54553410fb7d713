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

/** The names of an object's parts in order, each with the text that introduces it. */
interface Layout {
  /** As the object has them. */
  readonly names: readonly string[];
  readonly parts: readonly { readonly name: string; readonly label: string }[];
}

/** By count of names, the last one met: results kept for retries are all of a few shapes. */
const layouts = new Map<number, Layout>();

const layoutOf = (value: object): Layout => {
  const names = Object.keys(value);
  const known = layouts.get(names.length);
  if (known !== undefined && sameNames(known.names, names)) return known;
  const parts = names
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => ({ name, label: `${JSON.stringify(name)}:` }));
  const layout = { names, parts };
  layouts.set(names.length, layout);
  return layout;
};

const sameNames = (a: readonly string[], b: readonly string[]): boolean => {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return false;
  }
  return true;
};

/** The text of a plain document. */
export const canonicalText = (value: unknown): string => {
  if (typeof value === 'number') {
    return Number.isFinite(value) ? String(value) : `{"${notFinite}":"${value}"}`;
  }
  if (Array.isArray(value)) {
    return `[${value.map(canonicalText).join(',')}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  let text = '';
  for (const { name, label } of layoutOf(value).parts) {
    const part = (value as Readonly<Record<string, unknown>>)[name];
    if (part === undefined) continue;
    text += `${text === '' ? '' : ','}${label}${canonicalText(part)}`;
  }
  return `{${text}}`;
};
