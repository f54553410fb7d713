// Fields: reads what a venue sent, value by value. Invariant: a value is returned only if it is
// what its reader names; anything else throws a FrameError that says which field and what stood
// there, so that nothing is guessed from a frame that is not understood.

/** A frame that is not what its protocol says. It is counted and told, and the frame left out. */
export class FrameError extends Error {
  override readonly name: string = 'FrameError';
}

export type Fields = Readonly<Record<string, unknown>>;

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? 'nothing');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

export const refuse = (what: string, expected: string, found: unknown): never => {
  throw new FrameError(`${what} is not ${expected}: ${shown(found)}`);
};

/** The value of a JSON text. */
export const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new FrameError(`not JSON: ${shown(text)}`);
  }
};

export const fieldsOf = (value: unknown, what: string): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : refuse(what, 'an object', value);

export const listOf = (value: unknown, what: string): readonly unknown[] =>
  Array.isArray(value) ? (value as unknown[]) : refuse(what, 'a list', value);

export const textOf = (value: unknown, what: string): string =>
  typeof value === 'string' ? value : refuse(what, 'a text', value);

/** A text or a number as text: identities are sent either way. */
export const idOf = (value: unknown, what: string): string => {
  if (typeof value === 'string' && value !== '') {
    return value;
  }
  return typeof value === 'number' && Number.isSafeInteger(value)
    ? String(value)
    : refuse(what, 'an identity', value);
};

const decimal = /^-?\d+(\.\d*)?([eE][-+]?\d+)?$/;

/** A finite number, sent as a JSON number or as decimal text. */
export const numberOf = (value: unknown, what: string): number => {
  if (typeof value === 'number') {
    return Number.isFinite(value) ? value : refuse(what, 'a number', value);
  }
  if (typeof value !== 'string' || !decimal.test(value)) {
    return refuse(what, 'a number', value);
  }
  const read = Number(value);
  return Number.isFinite(read) ? read : refuse(what, 'a number', value);
};

/** A price: above zero. */
export const priceOf = (value: unknown, what: string): number => {
  const price = numberOf(value, what);
  return price > 0 ? price : refuse(what, 'a price above zero', value);
};

/** A size: zero or above. */
export const sizeOf = (value: unknown, what: string): number => {
  const size = numberOf(value, what);
  return size >= 0 ? size : refuse(what, 'a size', value);
};

/** A whole number that doubles hold exactly. */
export const integerOf = (value: unknown, what: string): number => {
  const read = numberOf(value, what);
  return Number.isSafeInteger(read) ? read : refuse(what, 'a whole number', value);
};

/** A number, or null where the venue says nothing: absent, null or an empty text. */
export const optionalNumber = (value: unknown, what: string): number | null =>
  value === undefined || value === null || value === '' ? null : numberOf(value, what);

/** A price, or null where the venue says nothing or, as many do for an empty side, zero. */
export const optionalPrice = (value: unknown, what: string): number | null => {
  const price = optionalNumber(value, what);
  return price === 0 ? null : price !== null && price < 0 ? refuse(what, 'a price', value) : price;
};

/** Instants outside the years 2009 to 2100 are mistakes of unit, not instants. */
const firstUs = 1_230_768_000_000_000;
const lastUs = 4_102_444_800_000_000;

const instant = (us: number, what: string, value: unknown): number =>
  us >= firstUs && us <= lastUs ? us : refuse(what, 'an instant', value);

/** Microseconds of an instant that was sent in milliseconds since the epoch. */
export const usOfMs = (value: unknown, what: string): number =>
  instant(Math.round(numberOf(value, what) * 1_000), what, value);

/** Microseconds of an instant that was sent in seconds since the epoch. */
export const usOfSeconds = (value: unknown, what: string): number =>
  instant(Math.round(numberOf(value, what) * 1_000_000), what, value);

/** Microseconds of an instant that was sent in microseconds since the epoch. */
export const usOfMicros = (value: unknown, what: string): number =>
  instant(Math.round(numberOf(value, what)), what, value);

const isoForm = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|\+00:00)$/;

/** Microseconds of an instant in ISO 8601, UTC; digits below a microsecond are cut off. */
export const usOfIso = (value: unknown, what: string): number => {
  const match = typeof value === 'string' ? isoForm.exec(value) : null;
  if (match === null) {
    return refuse(what, 'an instant in ISO 8601', value);
  }
  const wholeMs = Date.parse(`${match[1] as string}Z`);
  const micros = Number((match[2] ?? '').padEnd(6, '0').slice(0, 6));
  return Number.isFinite(wholeMs)
    ? instant(wholeMs * 1_000 + micros, what, value)
    : refuse(what, 'an instant in ISO 8601', value);
};

export const sideOf = (value: unknown, what: string): 'buy' | 'sell' => {
  if (value === 'buy' || value === 'Buy' || value === 'BUY') {
    return 'buy';
  }
  return value === 'sell' || value === 'Sell' || value === 'SELL'
    ? 'sell'
    : refuse(what, 'a side', value);
};
