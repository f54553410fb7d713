// Operational error: a failure of the world (disk, network, configuration), thrown above floor 3
// only. Its message is one sentence that says what happened and what to do.
export class OperationalError extends Error {
  override readonly name: string = 'OperationalError';
  /** Stable kebab-case name of the kind of failure, for logs and tests. */
  readonly code: string;

  constructor(code: string, sentence: string, options?: { readonly cause?: unknown }) {
    super(sentence, options);
    this.code = code;
  }
}
