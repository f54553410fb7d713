// Packed cells: rows on their way back from the worker, the same two arrays in which rows came; a
// long list of trades then crosses threads as one buffer instead of as a hundred thousand objects.
import type { Cell, RowShape } from './row-codecs.ts';
import type { PackedRows } from './row-sink.ts';

export const packCells = (shape: RowShape, rows: readonly (readonly Cell[])[]): PackedRows => {
  const width = shape.numbers.length;
  const numbers = new Float64Array(rows.length * width);
  const texts: (string | null)[] = [];
  rows.forEach((cells, row) => {
    for (let i = 0; i < width; i++) {
      numbers[row * width + i] = (cells[i] as number | null) ?? Number.NaN;
    }
    for (let i = 0; i < shape.texts.length; i++) {
      texts.push(cells[width + i] as string | null);
    }
  });
  return { rows: rows.length, numbers, texts };
};

/** What was packed, row by row through `decode`, whose cells are only lent. */
export const unpackCells = <Row>(
  shape: RowShape,
  packed: PackedRows,
  decode: (cells: readonly Cell[]) => Row,
): Row[] => {
  const width = shape.numbers.length;
  const count = shape.texts.length;
  const cells: Cell[] = new Array(width + count).fill(null);
  const rows: Row[] = [];
  for (let row = 0; row < packed.rows; row++) {
    for (let i = 0; i < width; i++) {
      const value = packed.numbers[row * width + i] as number;
      cells[i] = Number.isNaN(value) ? null : value;
    }
    for (let i = 0; i < count; i++) {
      cells[width + i] = packed.texts[row * count + i] as string | null;
    }
    rows.push(decode(cells));
  }
  return rows;
};
