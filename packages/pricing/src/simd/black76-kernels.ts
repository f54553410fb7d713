/**
 * The batch of Black-76 as two WebAssembly functions over pairs of options: price, and price with
 * five greeks. Each double goes through the operations of the TypeScript batch in the same order,
 * so that the bits are the same; a test compares them over millions of options.
 */
import {
  EXP_PARTS,
  LOG_PARTS,
  MILLS_FIRST,
  MILLS_LAST,
  MILLS_NODES_PER_UNIT,
  MILLS_STRIDE,
  MILLS_TABLE,
} from '@openstrike/std';
import {
  assembleModule,
  bits,
  type FunctionBody,
  FunctionWriter,
  f64x2,
  i32,
  type Local,
  type Value,
} from './wasm-assembler.ts';

const { abs, add, div, greater, gt, ge, lesser, lt, mul, sqrt, sub } = f64x2;

/** Where the tables stand in the memory, in bytes. */
const EXP_ROWS = 1024;
const LOG_ROWS = 3072;
/** Taylor coefficients of the Mills ratio: the first, the next eight, and four more by node. */
const MILLS_VALUES = 7168;
const MILLS_MIDDLE = 11_264;
const MILLS_TAIL = 44_032;
/** From here on the memory is free for arrays. */
export const TABLES_END = 60_416;

const ROUNDER = 6755399441055744;
const MILLS_ZERO = -MILLS_FIRST * MILLS_NODES_PER_UNIT;
const TWO_52 = 4503599627370496;
const INVERSE_SQRT_2PI = 0.3989422804014327;
const NARROW = 1 / 16;

const scratch = new DataView(new ArrayBuffer(8));

function wordOf(value: number): bigint {
  scratch.setFloat64(0, value);
  return scratch.getBigUint64(0);
}

/** The constants of a module: each is held twice, a vector at the start of the memory. */
class Constants {
  readonly words: bigint[] = [];

  word(word: bigint): Value {
    let place = this.words.indexOf(word);
    if (place < 0) {
      place = this.words.push(word) - 1;
    }
    return f64x2.load(i32.constant(0), 16 * place);
  }

  number(value: number): Value {
    return this.word(wordOf(value));
  }
}

/** What all pairs of one function are computed with. */
class PairWriter {
  readonly out: FunctionWriter;
  readonly #constants: Constants;

  constructor(out: FunctionWriter, constants: Constants) {
    this.out = out;
    this.#constants = constants;
  }

  keep(value: Value): Local {
    return this.out.keep(value);
  }

  n(value: number): Value {
    return this.#constants.number(value);
  }

  word(word: bigint): Value {
    return this.#constants.word(word);
  }

  /** exp as in std, for arguments from -708 to 709. */
  exp(x: Local): Value {
    const { stepsPerUnit, stepHigh, stepLow } = EXP_PARTS;
    const raw = this.keep(add(mul(x, this.n(stepsPerUnit)), this.n(ROUNDER)));
    const kd = this.keep(sub(raw, this.n(ROUNDER)));
    const r = this.keep(sub(sub(x, mul(kd, this.n(stepHigh))), mul(kd, this.n(stepLow))));
    const row = this.keep(bits.shl(bits.and(raw, this.word(127n)), 4));
    const low = this.keep(f64x2.load(bits.word(row, 0), EXP_ROWS));
    const high = this.keep(f64x2.load(bits.word(row, 1), EXP_ROWS));
    const value = this.keep(f64x2.lows(low, high));
    const square = this.keep(mul(r, r));
    const cubic = add(this.n(0.5), mul(r, this.n(1 / 6)));
    const quintic = add(this.n(1 / 24), mul(r, this.n(1 / 120)));
    const tail = add(
      add(add(f64x2.highs(low, high), r), mul(square, cubic)),
      mul(mul(square, square), quintic),
    );
    // The rounded quotient's bits above the seven of the row, moved to the exponent: 2^(k >> 7).
    const exponent = bits.and(bits.shl(raw, 45), this.word(0xfff0_0000_0000_0000n));
    const power = bits.add(exponent, this.word(1023n << 52n));
    return mul(add(value, mul(value, tail)), power);
  }

  /** logRatio as in std, for arguments from 1e-140 to 1e140. */
  logRatio(a: Local, b: Local): Value {
    const { firstHighWord, ln2High, ln2Low } = LOG_PARTS;
    const inverseB = this.keep(div(this.n(1), b));
    const q = mul(a, inverseB);
    const offset = this.keep(bits.sub(q, this.word(BigInt(firstHighWord) << 32n)));
    const exponent = this.keep(bits.and(offset, this.word(0xfff0_0000_0000_0000n)));
    const row = this.keep(bits.and(bits.shr(offset, 40), this.word(127n << 5n)));
    const low = this.keep(bits.word(row, 0));
    const high = this.keep(bits.word(row, 1));
    const firstLow = this.keep(f64x2.load(low, LOG_ROWS));
    const firstHigh = this.keep(f64x2.load(high, LOG_ROWS));
    const secondLow = this.keep(f64x2.load(low, LOG_ROWS + 16));
    const secondHigh = this.keep(f64x2.load(high, LOG_ROWS + 16));
    // The exponent as a double: its bits, made positive, in the mantissa of 2^52.
    const positive = bits.shr(bits.add(exponent, this.word(1024n << 52n)), 52);
    const e = this.keep(
      sub(bits.or(positive, this.word(wordOf(TWO_52))), this.n(TWO_52 + 1024)),
    );
    const c = this.keep(f64x2.lows(firstLow, firstHigh));
    const split = this.keep(mul(b, this.n(134217729)));
    const top = this.keep(sub(split, sub(split, b)));
    const scaled = mul(a, bits.sub(this.word(1023n << 52n), exponent));
    const gap = sub(sub(scaled, mul(c, top)), mul(c, sub(b, top)));
    const r = this.keep(mul(mul(gap, inverseB), f64x2.highs(firstLow, firstHigh)));
    const whole = this.keep(add(mul(e, this.n(ln2High)), f64x2.lows(secondLow, secondHigh)));
    const rest = this.keep(add(mul(e, this.n(ln2Low)), f64x2.highs(secondLow, secondHigh)));
    const sum = this.keep(add(whole, r));
    const square = this.keep(mul(r, r));
    const near = mul(square, add(this.n(-0.5), mul(r, this.n(1 / 3))));
    const far = add(
      add(this.n(-0.25), mul(r, this.n(0.2))),
      mul(square, add(this.n(-1 / 6), mul(r, this.n(1 / 7)))),
    );
    const series = add(near, mul(mul(square, square), far));
    return add(sum, add(add(sub(whole, sum), r), add(rest, series)));
  }

  /** The nearest node of the Mills table: its bytes' offset by lane, and the distance to it. */
  millsNode(x: Local): { readonly rows: readonly [Local, Local]; readonly d: Local } {
    // Rows are counted from the first node: the rounder's last bits hold it.
    const shifted = this.n(ROUNDER + MILLS_ZERO);
    const raw = this.keep(add(mul(x, this.n(MILLS_NODES_PER_UNIT)), shifted));
    const nearest = sub(raw, shifted);
    const d = this.keep(sub(x, mul(nearest, this.n(1 / MILLS_NODES_PER_UNIT))));
    const row = this.keep(bits.shl(raw, 6));
    return { rows: [this.keep(bits.word(row, 0)), this.keep(bits.word(row, 1))], d };
  }

  /** millsRatio as in std, for arguments within the table. */
  millsRatio(x: Local): Value {
    const { rows, d } = this.millsNode(x);
    const square = this.keep(mul(d, d));
    // One option at a time: odd and even powers are the two lanes.
    const [low, high] = rows.map((row, lane) => {
      const z = this.keep(lane === 0 ? f64x2.splatLow(square) : f64x2.splatHigh(square));
      const pair = (i: number): Value => f64x2.load(row, MILLS_MIDDLE + 16 * i);
      return this.keep(add(pair(0), mul(z, add(pair(1), mul(z, add(pair(2), mul(z, pair(3))))))));
    }) as [Local, Local];
    const odd = f64x2.lows(low, high);
    const even = f64x2.highs(low, high);
    const first = f64x2.loadLanes(i32.shr(rows[0], 3), i32.shr(rows[1], 3), MILLS_VALUES);
    return add(first, mul(d, add(odd, mul(d, even))));
  }

  /** millsSlope as in black76, for arguments within the table. */
  millsSlope(a: Local, t: Local): Value {
    const { rows, d } = this.millsNode(a);
    const p = this.keep(add(d, d));
    const q = this.keep(sub(mul(d, d), mul(t, t)));
    const coefficients: Local[] = [];
    for (let i = 0; i < 12; i += 2) {
      const table = i < 8 ? MILLS_MIDDLE + 8 * i : MILLS_TAIL + 8 * (i - 8);
      const [low, high] = rows.map((row) =>
        this.keep(f64x2.load(i < 8 ? row : i32.shr(row, 1), table)),
      ) as [Local, Local];
      coefficients.push(this.keep(f64x2.lows(low, high)), this.keep(f64x2.highs(low, high)));
    }
    let after = coefficients[11] as Local;
    let sum = this.keep(add(coefficients[10] as Local, mul(p, after)));
    for (let i = 9; i >= 0; i--) {
      const next = add(coefficients[i] as Local, sub(mul(p, sum), mul(q, after)));
      after = sum;
      sum = this.keep(next);
    }
    return f64x2.neg(sum);
  }
}

/** Bytes from the start of each array to the option at hand. */
type Pointers = readonly Local[];

/** Writes a loop over pairs: `count` is even; returns how many options were left to the caller. */
function pairLoop(
  name: string,
  parameterCount: number,
  constants: Constants,
  body: (pair: PairWriter, at: Local, leave: (ordinary: Value) => void) => void,
): FunctionBody {
  const out = new FunctionWriter(name, parameterCount);
  const pair = new PairWriter(out, constants);
  const [count, left] = out.parameters as readonly [Local, Local];
  const at = out.keep(i32.constant(0));
  const end = out.keep(i32.shl(count, 3));
  const leftAt = out.keep(left);
  out.repeat(() => {
    body(pair, at, (ordinary) => {
      const mask = out.keep(bits.mask(bits.not(ordinary)));
      out.when(mask, () => {
        const index = out.keep(i32.shr(at, 3));
        out.store(leftAt, index);
        out.assign(leftAt, i32.add(leftAt, i32.shl(i32.and(mask, i32.constant(1)), 2)));
        out.store(leftAt, i32.add(index, i32.constant(1)));
        out.assign(leftAt, i32.add(leftAt, i32.shl(i32.shr(mask, 1), 2)));
      });
    });
    out.assign(at, i32.add(at, i32.constant(16)));
    return i32.below(at, end);
  });
  const result = i32.shr(i32.sub(leftAt, left), 2);
  return { name, parameterCount, body: out.finish(result) };
}

/** What both functions know of a pair of options. */
function locate(pair: PairWriter, at: Local, pointers: Pointers) {
  const [forward, strike, timeYears, volatility, sign] = pointers as [
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const f = pair.keep(f64x2.load(i32.add(forward, at)));
  const k = pair.keep(f64x2.load(i32.add(strike, at)));
  const years = pair.keep(f64x2.load(i32.add(timeYears, at)));
  const side = pair.keep(f64x2.loadBytes(i32.add(sign, i32.shr(at, 3))));
  const x = pair.keep(pair.logRatio(f, k));
  const root = pair.keep(sqrt(years));
  const s = pair.keep(mul(f64x2.load(i32.add(volatility, at)), root));
  const wideA = pair.keep(div(abs(x), s));
  const wideT = pair.keep(mul(pair.n(0.5), s));
  const lower = pair.keep(lesser(f, k));
  const inRange = bits.and(
    gt(lower, pair.n(1e-140)),
    lt(greater(f, k), pair.n(1e140)),
  );
  const inTable = bits.and(
    lt(add(wideA, wideT), pair.n(MILLS_LAST)),
    ge(sub(wideA, wideT), pair.n(MILLS_FIRST)),
  );
  const ordinary = pair.keep(bits.and(bits.and(gt(s, pair.n(1e-12)), inTable), inRange));
  // Options that are left to the caller go on as 0, so that they stay within the tables.
  const a = pair.keep(bits.and(wideA, ordinary));
  const t = pair.keep(bits.and(wideT, ordinary));
  const near = pair.keep(sub(a, t));
  const bell = pair.keep(pair.exp(pair.keep(mul(mul(pair.n(-0.5), near), near))));
  const gap = mul(side, sub(f, k));
  const inside = pair.keep(greater(pair.n(0), gap));
  return { f, k, years, side, x, root, s, lower, ordinary, a, t, near, bell, inside };
}

/** The gap of the Mills ratios, replaced where the width is narrow. */
function narrowed(pair: PairWriter, a: Local, t: Local, gap: Local): void {
  const narrow = pair.keep(lt(t, pair.n(NARROW)));
  pair.out.when(bits.anyTrue(narrow), () => {
    const slope = mul(mul(pair.n(2), t), pair.millsSlope(a, t));
    pair.out.assign(gap, bits.select(slope, gap, narrow));
  });
}

/**
 * The module: `price(count, left, forward, strike, timeYears, volatility, sign, price)` and
 * `greeks` with five more arrays, all as places in the memory. `left` takes the indices of the
 * options that are out of the ordinary, whose results the caller must write; their number is
 * returned.
 */
function describe(): { readonly bytes: Uint8Array<ArrayBuffer>; readonly words: readonly bigint[] } {
  const constants = new Constants();
  const price = pairLoop('price', 8, constants, (pair, at, leave) => {
    const pointers = pair.out.parameters.slice(2);
    const { lower, ordinary, a, t, near, bell, inside } = locate(pair, at, pointers);
    const far = pair.keep(add(a, t));
    const nearRatio = pair.keep(pair.millsRatio(near));
    const gap = pair.keep(sub(nearRatio, pair.millsRatio(far)));
    narrowed(pair, a, t, gap);
    const value = add(inside, mul(mul(lower, bell), gap));
    pair.out.store(i32.add(pointers[5] as Local, at), value);
    leave(ordinary);
  });
  const greeks = pairLoop('greeks', 13, constants, writeGreeks);
  return { bytes: assembleModule([price, greeks]), words: constants.words };
}

function writeGreeks(pair: PairWriter, at: Local, leave: (ordinary: Value) => void): void {
  const pointers = pair.out.parameters.slice(2);
  const { f, years, side, x, root, lower, ordinary, a, t, near, bell, inside } = locate(
    pair,
    at,
    pointers,
  );
  const far = pair.keep(add(a, t));
  const nearRatio = pair.keep(pair.millsRatio(near));
  const gap = pair.keep(sub(nearRatio, pair.millsRatio(far)));
  narrowed(pair, a, t, gap);
  const scale = pair.keep(mul(lower, bell));
  const value = pair.keep(add(inside, mul(scale, gap)));
  const share = pair.keep(div(scale, f));
  const one = pair.n(1);
  // 1 where the call is out of the money.
  const below = pair.keep(lt(x, pair.n(0)));
  const outward = pair.keep(bits.select(one, pair.n(-1), below));
  const tail = mul(share, sub(nearRatio, bits.andNot(gap, below)));
  const density = pair.keep(mul(pair.n(INVERSE_SQRT_2PI), scale));
  const s = pair.keep(mul(pair.n(2), t));
  const delta = add(mul(outward, tail), mul(pair.n(0.5), sub(side, outward)));
  const gamma = div(mul(pair.n(INVERSE_SQRT_2PI), share), mul(f, s));
  const theta = div(mul(mul(pair.n(-0.5), density), s), years);
  const rho = mul(f64x2.neg(years), value);
  [value, delta, gamma, mul(density, root), theta, rho].forEach((result, i) => {
    pair.out.store(i32.add(pointers[5 + i] as Local, at), result);
  });
  leave(ordinary);
}

const DESCRIPTION = describe();

/** The bytes of the module. */
export const KERNEL_BYTES: Uint8Array<ArrayBuffer> = DESCRIPTION.bytes;

/** Writes constants and tables to the start of a memory. */
export function writeTables(memory: ArrayBuffer): void {
  const words = new BigUint64Array(memory, 0, EXP_ROWS / 8);
  DESCRIPTION.words.forEach((word, i) => {
    words[2 * i] = word;
    words[2 * i + 1] = word;
  });
  new Float64Array(memory, EXP_ROWS, EXP_PARTS.table.length).set(EXP_PARTS.table);
  new Float64Array(memory, LOG_ROWS, LOG_PARTS.table.length).set(LOG_PARTS.table);
  const rows = MILLS_TABLE.length / MILLS_STRIDE;
  const values = new Float64Array(memory, MILLS_VALUES, rows);
  const middle = new Float64Array(memory, MILLS_MIDDLE, 8 * rows);
  const tail = new Float64Array(memory, MILLS_TAIL, 4 * rows);
  for (let row = 0; row < rows; row++) {
    const at = row * MILLS_STRIDE;
    values[row] = MILLS_TABLE[at] as number;
    middle.set(MILLS_TABLE.subarray(at + 1, at + 9), 8 * row);
    tail.set(MILLS_TABLE.subarray(at + 9, at + 13), 4 * row);
  }
}
