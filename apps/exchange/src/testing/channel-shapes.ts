// Channel shapes: what the protocol's reference says of each public channel's data, as checks that
// share nothing with the venue's own schemas. A check answers what is wrong, or null.
type Check = (value: unknown) => string | null;

const fault = (holds: boolean, what: string, value: unknown): string | null =>
  holds ? null : `${JSON.stringify(value)} is not ${what}`;

const num: Check = (value) => fault(Number.isFinite(value), 'a number', value);
const int: Check = (value) => fault(Number.isSafeInteger(value), 'an integer', value);
const str: Check = (value) => fault(typeof value === 'string' && value !== '', 'a text', value);
const bool: Check = (value) => fault(typeof value === 'boolean', 'a boolean', value);
const above = (low: number): Check => within(low, Number.MAX_VALUE);
const within =
  (low: number, high: number): Check =>
  (value) =>
    fault(Number(value) >= low && Number(value) <= high && num(value) === null, 'in range', value);
/** Milliseconds: microseconds and seconds would be of another century. */
const ms: Check = (value) => int(value) ?? within(1.6e12, 4.2e12)(value);
const word =
  (...words: readonly unknown[]): Check =>
  (value) =>
    fault(words.includes(value), `one of ${words.join(', ')}`, value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null ? null : check(value);
const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value)
      ? (value.map(check).find((each) => each !== null) ?? null)
      : fault(false, 'a list', value);
const tuple =
  (...checks: readonly Check[]): Check =>
  (value) =>
    Array.isArray(value) && value.length === checks.length
      ? (checks.map((check, at) => check(value[at])).find((each) => each !== null) ?? null)
      : fault(false, `a list of ${checks.length}`, value);

type Members = Readonly<Record<string, Check>>;

/** Exactly these members, those of the second list perhaps. */
const shape =
  (always: Members, perhaps: Members = {}): Check =>
  (value) => {
    const given = (value ?? {}) as Record<string, unknown>;
    for (const [name, check] of Object.entries({ ...always, ...perhaps })) {
      if (!(name in given) && name in perhaps) continue;
      const wrong = name in given ? check(given[name]) : 'missing';
      if (wrong !== null) return `${name}: ${wrong}`;
    }
    const extra = Object.keys(given).find((name) => !(name in always) && !(name in perhaps));
    return extra === undefined ? null : `${extra} is no member`;
  };

const change = tuple(word('new', 'change', 'delete'), num, above(0));
const level = tuple(num, above(Number.MIN_VALUE));
const bookBase = { timestamp: ms, instrument_name: str, change_id: int };
const bookSides = { bids: list(change), asks: list(change) };

const book: Check = (value) =>
  (value as { readonly type?: string }).type === 'snapshot'
    ? shape({ ...bookBase, ...bookSides, type: word('snapshot') })(value)
    : shape({ ...bookBase, ...bookSides, type: word('change'), prev_change_id: int })(value);

const percent = within(0, 1_000);

const stats = shape(
  {
    high: orNull(num),
    low: orNull(num),
    price_change: orNull(num),
    volume: above(0),
    volume_usd: above(0),
  },
  { volume_notional: above(0) },
);

const quoteMembers: Members = {
  best_bid_price: num,
  best_bid_amount: above(0),
  best_ask_price: num,
  best_ask_amount: above(0),
  instrument_name: str,
  timestamp: ms,
};

const bookStates = ['open', 'settlement', 'delivered', 'inactive', 'locked', 'halted'];

const tickerAlways: Members = {
  ...quoteMembers,
  state: word(...bookStates),
  stats,
  open_interest: above(0),
  index_price: above(0),
  min_price: num,
  max_price: num,
  mark_price: num,
  last_price: orNull(num),
  estimated_delivery_price: above(0),
};

const settled: Members = { settlement_price: num, delivery_price: above(0) };

const optionMembers: Members = {
  underlying_price: above(0),
  underlying_index: str,
  interest_rate: num,
  mark_iv: percent,
  bid_iv: percent,
  ask_iv: percent,
  greeks: shape({
    delta: within(-1, 1),
    gamma: num,
    vega: num,
    theta: num,
    rho: num,
  }),
};

const fundingMembers: Members = {
  funding_8h: within(-0.1, 0.1),
  current_funding: within(-0.1, 0.1),
  interest_value: num,
};

type Kind = 'option' | 'perpetual' | 'future';

const kindOf = (instrument: string): Kind =>
  /-[CP]$/.test(instrument) ? 'option' : instrument.endsWith('-PERPETUAL') ? 'perpetual' : 'future';

const kindMembers: Readonly<Record<Kind, Members>> = {
  option: optionMembers,
  perpetual: fundingMembers,
  future: {},
};

const ticker = (instrument: string): Check =>
  shape({ ...tickerAlways, ...kindMembers[kindOf(instrument)] }, settled);

const incrementalTicker = (instrument: string): Check => {
  const members = { ...tickerAlways, ...kindMembers[kindOf(instrument)] };
  const always = { type: word('change'), instrument_name: str, timestamp: ms };
  return (value) =>
    (value as { readonly type?: string }).type === 'snapshot'
      ? shape({ ...members, type: word('snapshot') }, settled)(value)
      : shape(always, { ...members, ...settled })(value);
};

const trade = shape(
  {
    trade_id: str,
    trade_seq: int,
    instrument_name: str,
    timestamp: ms,
    direction: word('buy', 'sell'),
    tick_direction: word(0, 1, 2, 3),
    index_price: above(0),
    price: num,
    amount: above(Number.MIN_VALUE),
    mark_price: num,
  },
  { contracts: above(Number.MIN_VALUE), iv: percent, liquidation: word('M', 'T', 'MT') },
);

const ranking = shape({
  identifier: str,
  enabled: bool,
  original_price: orNull(above(0)),
  price: orNull(above(0)),
  weight: within(0, 100),
  timestamp: orNull(ms),
});

const estimatedDelivery: Check = (value) =>
  (value as { readonly is_estimated?: boolean }).is_estimated === true
    ? shape({
        price: above(0),
        seconds: within(0, 1_800),
        is_estimated: bool,
        left_ticks: within(0, 1_800),
        total_ticks: word(1_800),
      })(value)
    : shape({ price: above(0), seconds: within(0, 86_400), is_estimated: bool })(value);

const candle = shape({
  tick: ms,
  open: num,
  high: num,
  low: num,
  close: num,
  volume: above(0),
  cost: above(0),
});

const announcement = shape({
  action: word('new', 'remove'),
  id: int,
  title: str,
  body: str,
  publication_timestamp: ms,
  important: bool,
  confirmation: bool,
  unread: int,
});

/** By the head of the channel's name; the instrument is the second word. */
const checks: Readonly<Record<string, (words: readonly string[]) => Check>> = {
  book: ({ length }) =>
    length === 5 ? shape({ ...bookBase, bids: list(level), asks: list(level) }) : book,
  quote: () => shape(quoteMembers),
  ticker: ([, instrument = '']) => ticker(instrument),
  incremental_ticker: ([, instrument = '']) => incrementalTicker(instrument),
  trades: () => list(trade),
  chart: () => candle,
  perpetual: () => shape({ interest: within(-0.1, 0.1), index_price: above(0), timestamp: ms }),
  deribit_price_index: () => shape({ index_name: str, price: above(0), timestamp: ms }),
  deribit_price_ranking: () => list(ranking),
  deribit_price_statistics: () =>
    shape({
      index_name: str,
      change24h: num,
      high24h: above(0),
      low24h: above(0),
      high_volatility: bool,
    }),
  // `error` is this venue's own.
  deribit_volatility_index: () =>
    shape({ index_name: str, timestamp: ms, volatility: within(2, 500) }, { error: percent }),
  // This venue's own.
  realised_volatility: () =>
    shape({
      index_name: str,
      timestamp: ms,
      volatility_1h: orNull(within(0, 5_000)),
      volatility_24h: orNull(within(0, 5_000)),
    }),
  estimated_expiration_price: () => estimatedDelivery,
  markprice: () =>
    list(shape({ instrument_name: str, mark_price: num, iv: within(0, 10), timestamp: ms })),
  instrument: () =>
    shape({
      instrument_name: str,
      state: word('created', 'started', 'settled', 'closed', 'terminated'),
      timestamp: ms,
    }),
  platform_state: ({ length }) =>
    length === 2
      ? shape({ allow_unauthenticated_public_requests: bool })
      : shape({ price_index: str, locked: bool }),
  announcements: () => announcement,
};

/** What is wrong with a notification of a public channel; null when it is as the reference says. */
export const channelFault = (channel: string, data: unknown): string | null => {
  const words = channel.split('.');
  const check = checks[words[0] ?? ''];
  if (check === undefined) return 'nothing is known of this channel';
  const wrong = check(words)(data);
  return wrong === null ? null : `${channel}: ${wrong}`;
};
