/**
 * Every public function says what its numbers mean: the parts that its docstring must have, by
 * name, and a source that can be looked up. What a function shares with another it may say in one
 * line: `Units, Domain and Source: as black76.`
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

type Documented = {
  readonly name: string;
  readonly doc: string;
  /** From the name to the body: the parameters and what is returned. */
  readonly signature: string;
};

const folder = new URL('./', import.meta.url);
const std = new URL('../../std/src/', import.meta.url);

const sources = (from: URL): string[] =>
  readdirSync(from, { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.ts') && !/test\.ts$|bench\.ts$|testing/.test(path))
    .map((path) => readFileSync(new URL(path, from), 'utf8'));

/** The names that an index exports, types left out. */
function exportedNames(index: string): Set<string> {
  const lists = [...index.matchAll(/export \{([^}]*)\}/g)].map(([, list = '']) => list);
  const names = lists.flatMap((list) => list.split(',')).map((name) => name.trim());
  return new Set(names.filter((name) => name !== '' && !name.startsWith('type ')));
}

/** The exported functions of some texts, each with its docstring in one line. */
function documentedFunctions(texts: readonly string[]): Documented[] {
  const pattern = /(?:\/\*\*((?:[^*]|\*(?!\/))*)\*\/\n)?export function (\w+)([\s\S]*?) \{\n/g;
  return texts.flatMap((text) =>
    [...text.matchAll(pattern)].map(([, doc = '', name = '', signature = '']) => ({
      name,
      doc: doc.replace(/\s*\n\s*\*\s?/g, ' ').trim(),
      signature,
    })),
  );
}

/** The parts that a docstring has: words before a colon, such as `Units and Domain:`. */
function partsOf(doc: string): Set<string> {
  const lists = [...doc.matchAll(/([A-Z][a-z]+(?:(?:, | and )[A-Za-z]+)*):/g)];
  return new Set(lists.flatMap(([, list = '']) => list.toLowerCase().split(/, | and /)));
}

function missingParts({ name, doc, signature }: Documented): string[] {
  const wanted = ['units', 'domain', 'source'];
  if (/Greeks/i.test(name)) wanted.push('holds');
  if (/\): Result</.test(signature)) wanted.push('refuses');
  if (/out: Float64Array/.test(signature)) wanted.push('shape');
  const parts = partsOf(doc);
  return wanted.filter((part) => !parts.has(part));
}

/** A source that is a work names a place in it. */
function hasPlace(doc: string): boolean {
  const source = /(?:Source|and Source): ([\s\S]*)/.exec(doc)?.[1] ?? '';
  const isWork = /\(\d{4}\)/.test(source);
  return (
    !isWork ||
    /(eq\.|eqs\.|section|sections|chapter|theorem|lemma|table|proposition|step|§)/i.test(source)
  );
}

const index = readFileSync(new URL('index.ts', folder), 'utf8');
const parallel = readFileSync(new URL('parallel.ts', folder), 'utf8');
const isPublic = exportedNames(index);
const functions = documentedFunctions(sources(folder)).filter(
  ({ name }) => isPublic.has(name) || parallel.includes(`export function ${name}(`),
);

test('the index exports functions, and all are found', () => {
  expect(functions.length).toBeGreaterThan(95);
});

test('every public function tells units, domain and source, and what a greek holds', () => {
  const lacking = functions.map((each) => `${each.name}: ${missingParts(each).join(', ')}`);
  expect(lacking.filter((line) => !line.endsWith(': '))).toEqual([]);
});

test('a source that is a work names the equation, section or table', () => {
  const vague = functions.filter(({ doc }) => !hasPlace(doc)).map(({ name }) => name);
  expect(vague).toEqual([]);
});

test('every elementary function tells its domain, its measured error and its source', () => {
  const list =
    'exp expm1 expOfSum sinh cosh tanh log log1p logRatio pow erf erfc erfcx millsRatio gaussian ' +
    'normPdf normCdf normCdfInverse normExcessInverse sin cos tan atan atan2';
  const names = new Set(list.split(' '));
  const elementary = documentedFunctions(sources(std)).filter(({ name }) => names.has(name));
  expect(elementary.length).toBe(names.size);
  const lacking = elementary.flatMap(({ name, doc }) => {
    const parts = partsOf(doc);
    const missing = ['domain', 'error', 'source'].filter((part) => !parts.has(part));
    return missing.length > 0 ? [`${name}: ${missing.join(', ')}`] : [];
  });
  expect(lacking).toEqual([]);
});

test('a docstring without its parts is told', () => {
  const doc = '/** The price. Units: of the spot. Source: Black (1976). */';
  const found = documentedFunctions([`${doc}\nexport function g(): Result<1, 2> {\n`]);
  expect(found.map(missingParts)).toEqual([['domain', 'refuses']]);
  expect(found.map(({ doc: text }) => hasPlace(text))).toEqual([false]);
});
