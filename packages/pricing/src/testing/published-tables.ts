/** Reads the published tables of testdata/pricing, a record per row, for the tests beside. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/** One cell of a table. */
export type Cell = number | string | boolean;

/** A row by the names of its columns; asking for a missing or ill-typed cell fails the test. */
export type TableRow = {
  readonly number: (name: string) => number;
  readonly text: <T extends string>(name: string) => T;
  readonly flag: (name: string) => boolean;
};

/** One published table. */
export type PublishedTable = {
  readonly method: string;
  readonly source: string;
  readonly tolerance: number;
  readonly cash: number;
  readonly rows: readonly TableRow[];
};

type RawTable = {
  readonly method: string;
  readonly source: string;
  readonly tolerance: number;
  readonly cash?: number;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
};

/** The tables of a file of testdata/pricing. */
export function publishedTables(name: string): readonly PublishedTable[] {
  const url = new URL(`../../../../testdata/pricing/${name}`, import.meta.url);
  const raw = JSON.parse(readFileSync(url, 'utf8')) as { readonly tables: readonly RawTable[] };
  return raw.tables.map((table) => ({
    method: table.method,
    source: table.source,
    tolerance: table.tolerance,
    cash: table.cash ?? 0,
    rows: table.rows.map((cells) => rowOf(table.columns, cells)),
  }));
}

function rowOf(columns: readonly string[], cells: readonly Cell[]): TableRow {
  const cell = (name: string, type: string): Cell => {
    const value = cells[columns.indexOf(name)];
    expect(typeof value, name).toBe(type);
    return value as Cell;
  };
  return {
    number: (name) => cell(name, 'number') as number,
    text: <T extends string>(name: string) => cell(name, 'string') as T,
    flag: (name) => cell(name, 'boolean') as boolean,
  };
}

/** The value of a result that must have one. */
export function valueOf<T>(result: { readonly ok: boolean; readonly value?: T }): T {
  expect(result.ok, JSON.stringify(result)).toBe(true);
  return result.value as T;
}

/** Whether two numbers agree within an absolute tolerance. */
export function expectNear(actual: number, expected: number, tolerance: number, of = ''): void {
  const gap = Math.abs(actual - expected);
  expect(gap <= tolerance, `${of}: ${actual} against ${expected}, ${gap} apart`).toBe(true);
}
