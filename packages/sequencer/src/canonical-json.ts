// Canonical JSON: one text for one value, so that equal commands give equal bytes. Keys in
// code-unit order, numbers in JavaScript's shortest round-trip form (with -0 kept), no white space,
// only what JSON can carry back exactly.
import { assert, compareStrings } from '@openstrike/std';

/**
 * The canonical text of a value made of plain objects, arrays, strings, finite numbers, booleans
 * and null.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'number') {
    assert(Number.isFinite(value), 'a journaled number is finite');
    return Object.is(value, -0) ? '-0' : String(value);
  }
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) {
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map(canonicalJson).join(',')}]`;
  }
  assert(typeof value === 'object', `a journaled value cannot be of type ${typeof value}`);
  const fields = Object.entries(value as object).sort(([a], [b]) => compareStrings(a, b));
  return `{${fields.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(',')}}`;
}
