/**
 * Result: an expected refusal as data. Callers must look at `ok` before they reach the value,
 * so a refusal cannot be overlooked as a thrown error or a sentinel number can.
 */

/** Either a value or the reason why there is none. */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/** The successful result. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** The refusal, with its reason. */
export function err<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error };
}
