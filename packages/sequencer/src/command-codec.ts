// Command codec: a command as the bytes of a journal record and back, with decode(encode(x)) = x to
// the last bit, because a replay must apply exactly what was applied. Hot commands have fixed
// layouts; rare ones are canonical JSON.
// Upgrade rule: tags, enumeration codes and layouts are only ever added; a changed layout gets a
// new tag and the old tag stays readable. So a reader of format version N reads every version up to
// N.
import type {
  CancelOrder,
  Command,
  ConstituentUse,
  EditOrder,
  ForwardPrice,
  IndexConstituent,
  IndexName,
  IndexStatus,
  OrderType,
  PlaceOrder,
  PostOnly,
  PriceMode,
  SetForwards,
  SetIndex,
  SetSurface,
  Side,
  SlicePin,
  SviSlice,
  TimeInForce,
  Trigger,
  TriggerSource,
} from '@openstrike/domain';
import { AssertionError, assert } from '@openstrike/std';
import type { ByteReader } from './byte-reader.ts';
import { type ByteWriter, textBytesMax } from './byte-writer.ts';
import { canonicalJson } from './canonical-json.ts';

/** First byte of an encoded command. */
const tags = {
  document: 0,
  passTime: 1,
  placeOrder: 2,
  editOrder: 3,
  cancelOrder: 4,
  setIndex: 5,
  setForwards: 6,
  setSurface: 7,
  setIndexAndForwards: 8,
  setSurfaceAndKept: 9,
} as const;

/** Codes of a closed set of words; the type of `codes` makes a forgotten word a compile error. */
class Enumeration<Word extends string> {
  readonly #words: Word[] = [];

  constructor(codes: Readonly<Record<Word, number>>) {
    for (const [word, code] of Object.entries(codes) as [Word, number][]) {
      this.#words[code] = word;
    }
  }

  /** The usual words have the lowest codes, so that a loop finds them sooner than a look-up. */
  code(word: Word): number {
    const words = this.#words;
    for (let code = 0; code < words.length; code++) {
      if (words[code] === word) return code;
    }
    throw new AssertionError(`"${word}" has no code in the journal's format`);
  }

  word(code: number): Word {
    const word = this.#words[code];
    if (word === undefined) throw new AssertionError(`code ${code} is not in the journal's format`);
    return word;
  }
}

const sides = new Enumeration<Side>({ buy: 0, sell: 1 });
const orderTypes = new Enumeration<OrderType>({
  limit: 0,
  market: 1,
  'market-limit': 2,
  'stop-limit': 3,
  'stop-market': 4,
  'take-limit': 5,
  'take-market': 6,
  'trailing-stop': 7,
});
const timesInForce = new Enumeration<TimeInForce>({ gtc: 0, day: 1, ioc: 2, fok: 3 });
const postOnlys = new Enumeration<PostOnly>({ off: 0, slide: 1, reject: 2 });
const priceModes = new Enumeration<PriceMode>({ price: 0, usd: 1, iv: 2 });
const triggerSources = new Enumeration<TriggerSource>({ index: 0, mark: 1, last: 2 });
const indexStatuses = new Enumeration<IndexStatus>({ good: 0, flagged: 1, frozen: 2 });
const constituentUses = new Enumeration<ConstituentUse>({
  whole: 0,
  clamped: 1,
  stale: 2,
  down: 3,
  erroneous: 4,
  unconverted: 5,
  distrusted: 6,
});
const indexes = new Enumeration<IndexName>({ btc_usd: 0, eth_usd: 1, btc_usdc: 2, eth_usdc: 3 });

/** Code of a null word. */
const none = 255;

const utf8 = new TextEncoder();
const utf8Decoder = new TextDecoder('utf-8', { fatal: true });

/** Appends the command's bytes to `to`. */
export function encodeCommand(to: ByteWriter, command: Command): void {
  switch (command.type) {
    case 'place-order':
      return writePlaceOrder(to, command);
    case 'edit-order':
      return writeEditOrder(to, command);
    case 'cancel-order':
      return writeCancelOrder(to, command);
    case 'set-index':
      return writeSetIndex(to, command);
    case 'set-forwards':
      return writeSetForwards(to, command);
    case 'set-surface':
      return writeSetSurface(to, command);
    case 'pass-time':
      to.reserve(1);
      return to.u8(tags.passTime);
    default: {
      const document = utf8.encode(canonicalJson(command));
      to.reserve(1 + document.length);
      to.u8(tags.document);
      return to.raw(document);
    }
  }
}

/**
 * Reads the command that ends at offset `end`; throws where no known layout fits the range exactly.
 */
export function decodeCommand(from: ByteReader, end: number): Command {
  const command = readCommand(from, end);
  assert(from.at === end, 'an encoded command has the length of its layout');
  return command;
}

function readCommand(from: ByteReader, end: number): Command {
  const tag = from.u8();
  switch (tag) {
    case tags.placeOrder:
      return readPlaceOrder(from);
    case tags.editOrder:
      return readEditOrder(from);
    case tags.cancelOrder:
      return readCancelOrder(from);
    case tags.setIndex:
      return readSetIndex(from, false);
    case tags.setIndexAndForwards:
      return readSetIndex(from, true);
    case tags.setForwards:
      return readSetForwards(from);
    case tags.setSurface:
      return readSetSurface(from, false);
    case tags.setSurfaceAndKept:
      return readSetSurface(from, true);
    case tags.passTime:
      return { type: 'pass-time' };
    default:
      assert(tag === tags.document, `command tag ${tag} is not in the journal's format`);
      return JSON.parse(utf8Decoder.decode(from.raw(end - from.at))) as Command;
  }
}

function writePlaceOrder(to: ByteWriter, order: PlaceOrder): void {
  to.reserve(
    96 +
      textBytesMax(order.label) +
      textBytesMax(order.clientKey ?? '') +
      textBytesMax(order.clientId ?? ''),
  );
  to.u8(tags.placeOrder);
  to.f64(order.accountId);
  to.f64(order.instrumentId);
  to.u8(sides.code(order.side));
  to.u8(orderTypes.code(order.orderType));
  to.u8(timesInForce.code(order.timeInForce));
  to.u8(postOnlys.code(order.postOnly));
  to.u8(priceModes.code(order.priceMode));
  to.u8(
    (order.reduceOnly ? 1 : 0) |
      (order.mmp ? 2 : 0) |
      (order.clientKey === null ? 0 : 4) |
      (order.clientId === undefined ? 0 : 8),
  );
  to.f64(order.priceTicks);
  to.f64(order.sizeLots);
  to.f64(order.displayLots);
  to.f64(order.priceModeValue);
  to.f64(order.validUntilUs);
  to.f64(order.connectionId);
  writeTrigger(to, order.trigger);
  to.text(order.label);
  if (order.clientKey !== null) {
    to.text(order.clientKey);
  }
  if (order.clientId !== undefined) {
    to.text(order.clientId);
  }
}

function readPlaceOrder(from: ByteReader): PlaceOrder {
  const accountId = from.f64();
  const instrumentId = from.f64();
  const side = sides.word(from.u8());
  const orderType = orderTypes.word(from.u8());
  const timeInForce = timesInForce.word(from.u8());
  const postOnly = postOnlys.word(from.u8());
  const priceMode = priceModes.word(from.u8());
  const flags = from.u8();
  const priceTicks = from.f64();
  const sizeLots = from.f64();
  const displayLots = from.f64();
  const priceModeValue = from.f64();
  const validUntilUs = from.f64();
  const connectionId = from.f64();
  const trigger = readTrigger(from);
  const label = from.text();
  const clientKey = (flags & 4) === 0 ? null : from.text();
  const clientId = (flags & 8) === 0 ? null : from.text();
  const order: PlaceOrder = {
    type: 'place-order',
    accountId: accountId as PlaceOrder['accountId'],
    instrumentId: instrumentId as PlaceOrder['instrumentId'],
    side,
    orderType,
    timeInForce,
    priceTicks: priceTicks as PlaceOrder['priceTicks'],
    sizeLots: sizeLots as PlaceOrder['sizeLots'],
    displayLots: displayLots as PlaceOrder['displayLots'],
    postOnly,
    reduceOnly: (flags & 1) !== 0,
    priceMode,
    priceModeValue,
    trigger,
    label,
    clientKey,
    validUntilUs: validUntilUs as PlaceOrder['validUntilUs'],
    connectionId,
    mmp: (flags & 2) !== 0,
  };
  return clientId === null ? order : { ...order, clientId };
}

function writeTrigger(to: ByteWriter, trigger: Trigger | null): void {
  if (trigger === null) {
    to.u8(none);
    return;
  }
  to.u8(triggerSources.code(trigger.source));
  to.u8((trigger.price === null ? 0 : 1) | (trigger.offset === null ? 0 : 2));
  if (trigger.price !== null) {
    to.f64(trigger.price);
  }
  if (trigger.offset !== null) {
    to.f64(trigger.offset);
  }
}

function readTrigger(from: ByteReader): Trigger | null {
  const source = from.u8();
  if (source === none) {
    return null;
  }
  const given = from.u8();
  const price = (given & 1) === 0 ? null : from.f64();
  const offset = (given & 2) === 0 ? null : from.f64();
  return { source: triggerSources.word(source), price, offset };
}

/**
 * The nullable numbers of an edit in the order of their presence bits; `reduceOnly` travels as 0 or
 * 1.
 */
function writeEditOrder(to: ByteWriter, edit: EditOrder): void {
  to.reserve(96 + textBytesMax(edit.clientId ?? ''));
  to.u8(tags.editOrder);
  to.f64(edit.accountId);
  to.f64(edit.orderId);
  to.f64(edit.validUntilUs);
  to.u8(edit.postOnly === null ? none : postOnlys.code(edit.postOnly));
  to.u8(edit.reduceOnly === null ? none : edit.reduceOnly ? 1 : 0);
  to.u8(edit.priceMode === null ? none : priceModes.code(edit.priceMode));
  const presenceAt = to.length;
  to.u8(0);
  let presence = 0;
  const optional = (bit: number, value: number | null) => {
    if (value !== null) {
      presence |= bit;
      to.f64(value);
    }
  };
  optional(1, edit.priceTicks);
  optional(2, edit.sizeLots);
  optional(4, edit.displayLots);
  optional(8, edit.priceModeValue);
  optional(16, edit.triggerPrice);
  optional(32, edit.triggerOffset);
  if (edit.clientId !== undefined) {
    presence |= 64;
    to.text(edit.clientId);
  }
  to.view.setUint8(presenceAt, presence);
}

function readEditOrder(from: ByteReader): EditOrder {
  const accountId = from.f64() as EditOrder['accountId'];
  const orderId = from.f64() as EditOrder['orderId'];
  const validUntilUs = from.f64() as EditOrder['validUntilUs'];
  const postOnly = from.u8();
  const reduceOnly = from.u8();
  const priceMode = from.u8();
  const presence = from.u8();
  const optional = (bit: number) => ((presence & bit) === 0 ? null : from.f64());
  const edit: EditOrder = {
    type: 'edit-order',
    accountId,
    orderId,
    priceTicks: optional(1) as EditOrder['priceTicks'],
    sizeLots: optional(2) as EditOrder['sizeLots'],
    displayLots: optional(4) as EditOrder['displayLots'],
    priceModeValue: optional(8),
    triggerPrice: optional(16),
    triggerOffset: optional(32),
    postOnly: postOnly === none ? null : postOnlys.word(postOnly),
    reduceOnly: reduceOnly === none ? null : reduceOnly === 1,
    priceMode: priceMode === none ? null : priceModes.word(priceMode),
    validUntilUs,
  };
  return (presence & 64) === 0 ? edit : { ...edit, clientId: from.text() };
}

function writeCancelOrder(to: ByteWriter, cancel: CancelOrder): void {
  to.reserve(17);
  to.u8(tags.cancelOrder);
  to.f64(cancel.accountId);
  to.f64(cancel.orderId);
}

function readCancelOrder(from: ByteReader): CancelOrder {
  const accountId = from.f64() as CancelOrder['accountId'];
  return { type: 'cancel-order', accountId, orderId: from.f64() as CancelOrder['orderId'] };
}

function writeSetIndex(to: ByteWriter, index: SetIndex): void {
  to.reserve(20);
  const { forwards } = index;
  to.u8(forwards === undefined ? tags.setIndex : tags.setIndexAndForwards);
  to.u8(indexes.code(index.indexName));
  to.f64(index.price);
  to.u8(indexStatuses.code(index.status));
  to.f64(index.confidence);
  to.u8(index.constituents.length);
  for (const { source, price, counted, weightBp, use } of index.constituents) {
    to.reserve(textBytesMax(source) + 19);
    to.text(source);
    to.f64(price);
    to.f64(counted);
    to.u16(weightBp);
    to.u8(constituentUses.code(use));
  }
  if (forwards !== undefined) writeForwards(to, forwards);
}

function readSetIndex(from: ByteReader, withForwards: boolean): SetIndex {
  const indexName = indexes.word(from.u8());
  const price = from.f64() as SetIndex['price'];
  const status = indexStatuses.word(from.u8());
  const confidence = from.f64();
  const constituents: IndexConstituent[] = [];
  for (let left = from.u8(); left > 0; left--) {
    constituents.push({
      source: from.text(),
      price: from.f64() as SetIndex['price'],
      counted: from.f64() as SetIndex['price'],
      weightBp: from.u16(),
      use: constituentUses.word(from.u8()),
    });
  }
  const value = { type: 'set-index', indexName, price, status, confidence, constituents } as const;
  return withForwards ? { ...value, forwards: readForwards(from) } : value;
}

function writeSetForwards(to: ByteWriter, command: SetForwards): void {
  to.reserve(2);
  to.u8(tags.setForwards);
  to.u8(indexes.code(command.indexName));
  writeForwards(to, command.forwards);
}

function readSetForwards(from: ByteReader): SetForwards {
  const indexName = indexes.word(from.u8());
  return { type: 'set-forwards', indexName, forwards: readForwards(from) };
}

function writeForwards(to: ByteWriter, forwards: readonly ForwardPrice[]): void {
  to.reserve(4 + 16 * forwards.length);
  to.u32(forwards.length);
  for (const { expiryUs, price } of forwards) {
    to.f64(expiryUs);
    to.f64(price);
  }
}

function readForwards(from: ByteReader): ForwardPrice[] {
  const forwards: ForwardPrice[] = [];
  for (let left = from.u32(); left > 0; left--) {
    const expiryUs = from.f64() as ForwardPrice['expiryUs'];
    forwards.push({ expiryUs, price: from.f64() as ForwardPrice['price'] });
  }
  return forwards;
}

function writeSetSurface(to: ByteWriter, command: SetSurface): void {
  to.reserve(14 + 58);
  to.u8(command.kept === undefined ? tags.setSurface : tags.setSurfaceAndKept);
  to.u8(indexes.code(command.indexName));
  to.f64(command.version);
  to.u32(command.slices.length);
  for (const slice of command.slices) {
    to.f64(slice.expiryUs);
    to.f64(slice.tauYears);
    to.f64(slice.a);
    to.f64(slice.b);
    to.f64(slice.rho);
    to.f64(slice.m);
    to.f64(slice.sigma);
    const pins = slice.pins ?? [];
    to.reserve(2 + 16 * pins.length + 58);
    to.u16(pins.length);
    for (const { strike, shift } of pins) {
      to.f64(strike);
      to.f64(shift);
    }
  }
  if (command.kept === undefined) return;
  to.reserve(2 + 8 * command.kept.length);
  to.u16(command.kept.length);
  for (const expiryUs of command.kept) to.f64(expiryUs);
}

function readSetSurface(from: ByteReader, withKept: boolean): SetSurface {
  const indexName = indexes.word(from.u8());
  const version = from.f64();
  const slices: SviSlice[] = [];
  for (let left = from.u32(); left > 0; left--) {
    const slice: SviSlice = {
      expiryUs: from.f64() as SviSlice['expiryUs'],
      tauYears: from.f64(),
      a: from.f64(),
      b: from.f64(),
      rho: from.f64(),
      m: from.f64(),
      sigma: from.f64(),
    };
    const pins: SlicePin[] = [];
    for (let pinsLeft = from.u16(); pinsLeft > 0; pinsLeft--) {
      pins.push({ strike: from.f64(), shift: from.f64() });
    }
    slices.push(pins.length === 0 ? slice : { ...slice, pins });
  }
  const surface = { type: 'set-surface', indexName, version, slices } as const;
  if (!withKept) return surface;
  const kept: SviSlice['expiryUs'][] = [];
  for (let left = from.u16(); left > 0; left--) kept.push(from.f64() as SviSlice['expiryUs']);
  return { ...surface, kept };
}
