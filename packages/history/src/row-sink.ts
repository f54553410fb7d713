// Row sink: rows of one table on their way to the worker, numbers in one transferable array (NaN is
// null) and texts in another, so that posting a thousand rows clones no objects.

export interface PackedRows {
  readonly rows: number;
  readonly numbers: Float64Array;
  readonly texts: readonly (string | null)[];
}

export class RowSink {
  #numbers = new Float64Array(256);
  #length = 0;
  #texts: (string | null)[] = [];
  rows = 0;

  number(value: number | null): void {
    if (this.#length === this.#numbers.length) {
      const grown = new Float64Array(this.#length * 2);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[this.#length++] = value ?? Number.NaN;
  }

  flag(value: boolean): void {
    this.number(value ? 1 : 0);
  }

  text(value: string | null): void {
    this.#texts.push(value);
  }

  /** Ends a row. */
  endRow(): void {
    this.rows++;
  }

  /** Hands over what was gathered and starts anew. */
  take(): PackedRows {
    const packed = { rows: this.rows, numbers: this.#numbers, texts: this.#texts };
    this.#numbers = new Float64Array(256);
    this.#length = 0;
    this.#texts = [];
    this.rows = 0;
    return packed;
  }
}
