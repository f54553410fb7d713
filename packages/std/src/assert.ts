/**
 * Assertions: a broken invariant stops the process instead of corrupting the state behind it.
 * They are for faults of the program only; refusals of a caller are data (see result.ts).
 */

/** The error of a broken invariant: never caught to carry on, only to report and stop. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Throws an AssertionError unless the condition holds, and narrows its type. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) {
    throw new AssertionError(message);
  }
}

/** Marks the arm of a switch that no value can reach; the compiler proves it, this guards it. */
export function assertNever(value: never): never {
  throw new AssertionError(`a value outside its type: ${String(value)}`);
}
