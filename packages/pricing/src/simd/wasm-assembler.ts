/**
 * A small assembler of WebAssembly: values are expressions over 32-bit integers and pairs of
 * doubles, statements go into a function, functions into the bytes of a module. It knows just what
 * the batch kernels need. The same description gives the same bytes everywhere.
 * Source: WebAssembly Core Specification 2.0, chapter 5 (binary format).
 */

/** A 32-bit integer, or a vector of two doubles or two 64-bit integers. */
export type Kind = 'i32' | 'v128';

/** An expression: the instructions that leave one value on the stack. */
export type Value = { readonly kind: Kind; readonly code: readonly number[] };

/** A value that a name holds: it can be read any number of times, and assigned. */
export type Local = Value & { readonly index: number };

const KIND_CODES = { i32: 0x7f, v128: 0x7b } as const;
const VECTOR = 0xfd;
const NO_RESULT = 0x40;
const END = 0x0b;

/** An unsigned integer in LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

/** A signed integer in LEB128. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  while (rest > 63 || rest < -64) {
    bytes.push((rest & 127) | 128);
    rest >>= 7;
  }
  bytes.push(rest & 127);
  return bytes;
}

function ascii(text: string): number[] {
  return [text.length, ...Array.from(text, (letter) => letter.charCodeAt(0))];
}

function plain(kind: Kind, opcode: number, inputs: readonly Value[]): Value {
  return { kind, code: [...inputs.flatMap((input) => input.code), opcode] };
}

function vector(
  opcode: number,
  inputs: readonly Value[],
  immediate: readonly number[] = [],
  kind: Kind = 'v128',
): Value {
  const code = inputs.flatMap((input) => input.code);
  return { kind, code: [...code, VECTOR, ...unsigned(opcode), ...immediate] };
}

/** Alignment (as a hint: none) and constant offset of a memory access. */
const at = (offset: number): number[] => [0, ...unsigned(offset)];

/** Operations on 32-bit integers. */
export const i32 = {
  constant: (value: number): Value => ({ kind: 'i32', code: [0x41, ...signed(value)] }),
  add: (a: Value, b: Value): Value => plain('i32', 0x6a, [a, b]),
  shl: (a: Value, bits: number): Value => plain('i32', 0x74, [a, i32.constant(bits)]),
  shr: (a: Value, bits: number): Value => plain('i32', 0x76, [a, i32.constant(bits)]),
  below: (a: Value, b: Value): Value => plain('i32', 0x49, [a, b]),
} as const;

/** Operations on two doubles side by side; each lane is IEEE 754, as a number of JavaScript is. */
export const f64x2 = {
  load: (address: Value, offset = 0): Value => vector(0x00, [address], at(offset)),
  /** One double into both lanes. */
  loadSplat: (address: Value, offset = 0): Value => vector(0x0a, [address], at(offset)),
  /** Two doubles from two addresses. */
  loadLanes: (low: Value, high: Value, offset = 0): Value => {
    const first = vector(0x5d, [low], at(offset));
    return vector(0x57, [high, first], [...at(offset), 1]);
  },
  /** Two signed bytes as doubles; reads eight. */
  loadBytes: (address: Value, offset = 0): Value =>
    vector(0xfe, [vector(0xa7, [vector(0x01, [address], at(offset))])]),
  splatLow: (a: Value): Value => shuffle(a, a, 0, 0),
  splatHigh: (a: Value): Value => shuffle(a, a, 1, 1),
  /** The low lanes of two vectors, and the high lanes. */
  lows: (a: Value, b: Value): Value => shuffle(a, b, 0, 2),
  highs: (a: Value, b: Value): Value => shuffle(a, b, 1, 3),
  abs: (a: Value): Value => vector(0xec, [a]),
  neg: (a: Value): Value => vector(0xed, [a]),
  sqrt: (a: Value): Value => vector(0xef, [a]),
  add: (a: Value, b: Value): Value => vector(0xf0, [a, b]),
  sub: (a: Value, b: Value): Value => vector(0xf1, [a, b]),
  mul: (a: Value, b: Value): Value => vector(0xf2, [a, b]),
  div: (a: Value, b: Value): Value => vector(0xf3, [a, b]),
  /** b < a ? b : a. */
  lesser: (a: Value, b: Value): Value => vector(0xf6, [a, b]),
  /** a < b ? b : a. */
  greater: (a: Value, b: Value): Value => vector(0xf7, [a, b]),
  lt: (a: Value, b: Value): Value => vector(0x49, [a, b]),
  gt: (a: Value, b: Value): Value => vector(0x4a, [a, b]),
  ge: (a: Value, b: Value): Value => vector(0x4c, [a, b]),
} as const;

/** Operations on the bits of a vector, or on its lanes as 64-bit integers. */
export const bits = {
  not: (a: Value): Value => vector(0x4d, [a]),
  and: (a: Value, b: Value): Value => vector(0x4e, [a, b]),
  /** The bits of a where b has none. */
  andNot: (a: Value, b: Value): Value => vector(0x4f, [a, b]),
  or: (a: Value, b: Value): Value => vector(0x50, [a, b]),
  /** Each bit of a where the mask has a one, else of b. */
  select: (a: Value, b: Value, mask: Value): Value => vector(0x52, [a, b, mask]),
  /** 1 where no 64-bit lane is zero. */
  allTrue: (a: Value): Value => vector(0xc3, [a], [], 'i32'),
  anyTrue: (a: Value): Value => vector(0x53, [a], [], 'i32'),
  shl: (a: Value, count: number): Value => vector(0xcb, [a, i32.constant(count)]),
  shr: (a: Value, count: number): Value => vector(0xcd, [a, i32.constant(count)]),
  add: (a: Value, b: Value): Value => vector(0xce, [a, b]),
  sub: (a: Value, b: Value): Value => vector(0xd1, [a, b]),
  /** The low 32 bits of a lane. */
  word: (a: Value, lane: 0 | 1): Value => vector(0x1b, [a], [2 * lane], 'i32'),
} as const;

function shuffle(a: Value, b: Value, low: number, high: number): Value {
  const bytes = [low, high].flatMap((lane) => [0, 1, 2, 3, 4, 5, 6, 7].map((i) => 8 * lane + i));
  return vector(0x0d, [a, b], bytes);
}

/** Writes the statements of one function. */
export class FunctionWriter {
  readonly name: string;
  readonly parameters: readonly Local[];
  readonly #kinds: Kind[] = [];
  readonly #code: number[] = [];

  constructor(name: string, parameterCount: number) {
    this.name = name;
    this.parameters = Array.from({ length: parameterCount }, (_, index) => localOf('i32', index));
  }

  /** Names a value, so that it is computed once. */
  keep(value: Value): Local {
    const local = localOf(value.kind, this.parameters.length + this.#kinds.length);
    this.#kinds.push(value.kind);
    this.assign(local, value);
    return local;
  }

  assign(local: Local, value: Value): void {
    this.#code.push(...value.code, 0x21, ...unsigned(local.index));
  }

  store(address: Value, value: Value, offset = 0): void {
    this.#code.push(...address.code, ...value.code, VECTOR, 0x0b, ...at(offset));
  }

  when(condition: Value, then: () => void): void {
    this.#code.push(...condition.code, 0x04, NO_RESULT);
    then();
    this.#code.push(END);
  }

  /** Repeats the body, at least once, as long as it returns a condition that is not 0. */
  repeat(body: () => Value): void {
    this.#code.push(0x03, NO_RESULT);
    this.#code.push(...body().code, 0x0d, 0, END);
  }

  /** The function's body, which returns the value, if there is one. */
  finish(result?: Value): number[] {
    const locals = this.#kinds.flatMap((kind) => [1, KIND_CODES[kind]]);
    const body = [
      ...unsigned(this.#kinds.length),
      ...locals,
      ...this.#code,
      ...(result?.code ?? []),
      END,
    ];
    return [...unsigned(body.length), ...body];
  }
}

function localOf(kind: Kind, index: number): Local {
  return { kind, index, code: [0x20, ...unsigned(index)] };
}

/** A function of a module: its parameters are integers, as is its result, if any. */
export type FunctionBody = {
  readonly name: string;
  readonly parameterCount: number;
  readonly hasResult: boolean;
  readonly body: readonly number[];
};

/** The bytes of a module that imports its memory as `host.memory` and exports every function. */
export function assembleModule(functions: readonly FunctionBody[]): Uint8Array<ArrayBuffer> {
  const section = (id: number, items: readonly (readonly number[])[]): number[] => {
    const content = [...unsigned(items.length), ...items.flat()];
    return [id, ...unsigned(content.length), ...content];
  };
  const types = functions.map(({ parameterCount, hasResult }) => {
    const inputs = Array.from({ length: parameterCount }, () => KIND_CODES.i32);
    return [
      0x60,
      ...unsigned(parameterCount),
      ...inputs,
      ...(hasResult ? [1, KIND_CODES.i32] : [0]),
    ];
  });
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  return Uint8Array.from([
    ...header,
    ...section(1, types),
    ...section(2, [[...ascii('host'), ...ascii('memory'), 0x02, 0x00, 0x01]]),
    ...section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    ...section(
      7,
      functions.map(({ name }, index) => [...ascii(name), 0x00, ...unsigned(index)]),
    ),
    ...section(
      10,
      functions.map(({ body }) => body),
    ),
  ]);
}
