// A crash lived through by books that can bear it: on a made chain always, on the recorded week of
// February 2026 where OPENSTRIKE_DATA names a folder that has it. Invariant: whoever is hedged or
// fully funded is never liquidated; whoever is not, is.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AccountId,
  type AccountSummary,
  type Cash,
  type Command,
  type Currency,
  type Event,
  expiryCode,
  type InstrumentView,
  type ListOptions,
  minorPerUnit,
  type PriceTicks,
  plainOrder,
  type Seq,
  type SizeLots,
  type TsUs,
} from '@openstrike/domain';
import { createEngine } from '@openstrike/engine';
import { createReplaySource, openRecording, type Recording } from '@openstrike/oracle';
import { annualSmile, writeChainCsv } from '@openstrike/oracle/testing';
import { expect, test } from 'vitest';
import { loadContractTables } from './contract-tables.ts';
import { temporaryFolder } from './testing/exchange-process.ts';

interface Leg {
  readonly side: 'buy' | 'sell';
  /** Coins; for the perpetual the coins' worth in USD. */
  readonly coins: number;
  /** Strike over index and type; null for the perpetual. */
  readonly option: readonly [moneyness: number, type: 'call' | 'put'] | null;
}

interface Book {
  readonly name: string;
  readonly deposit: number;
  readonly legs: readonly Leg[];
  readonly bears: boolean;
}

const leg = (side: Leg['side'], coins: number, ...option: Partial<NonNullable<Leg['option']>>) => ({
  side,
  coins,
  option: option.length === 2 ? (option as NonNullable<Leg['option']>) : null,
});

const books: readonly Book[] = [
  { name: 'covered call', deposit: 10, legs: [leg('sell', 5, 1, 'call')], bears: true },
  { name: 'coin long', deposit: 10, legs: [leg('buy', 4)], bears: true },
  { name: 'coin hedged', deposit: 10, legs: [leg('sell', 9)], bears: true },
  { name: 'funded put', deposit: 20, legs: [leg('sell', 5, 0.9, 'put')], bears: true },
  {
    name: 'put spread',
    deposit: 10,
    legs: [leg('buy', 5, 1, 'put'), leg('sell', 5, 0.9, 'put')],
    bears: true,
  },
  { name: 'naked puts', deposit: 2.2, legs: [leg('sell', 10, 0.95, 'put')], bears: false },
];

const usPerMinute = 60_000_000;
/** Venue times at which the market moves: each second of a fixing, else once a minute. */
const isStep = (atUs: number): boolean => {
  const minuteOfDay = Math.floor(atUs / usPerMinute) % 1_440;
  return atUs % usPerMinute === 0 || (minuteOfDay >= 450 && minuteOfDay < 480);
};

class Venue {
  readonly engine = createEngine();
  readonly liquidated = new Map<AccountId, number>();
  /** Recorded places of options that are listed. */
  recorded = 0;
  #seq = 0;
  atUs = 0;

  apply(command: Command): readonly Event[] {
    this.#seq += 1;
    const events = this.engine.apply(command, this.#seq as Seq, this.atUs as TsUs);
    for (const event of events) {
      if (event.type === 'command-rejected') throw new Error(`${command.type}: ${event.code}`);
      if (event.type !== 'liquidation-started') continue;
      this.liquidated.set(event.accountId, this.atUs);
    }
    return events;
  }

  open(name: string, currency: Currency, coins: number): AccountId {
    const opened = this.apply({ type: 'create-account', parentId: null, name });
    const changed = opened.find((event) => event.type === 'account-changed');
    if (changed === undefined) throw new Error(`no account ${name}`);
    const { accountId } = changed;
    const amount = Math.round(coins * minorPerUnit[currency]) as Cash;
    this.apply({ type: 'deposit', accountId, currency, amount, reference: name });
    return accountId;
  }

  /** Whether what was recorded is there to trade, call and put. */
  expectListed({ family, options }: ListOptions): void {
    const listed = new Set(
      this.engine.query('instruments', {}).map(({ instrument }) => instrument.name),
    );
    for (const { expiryUs, strike } of options) {
      for (const type of ['C', 'P']) {
        const name = `${family}-${expiryCode(expiryUs)}-${strike}-${type}`;
        if (!listed.has(name)) throw new Error(`${name} was recorded and is not listed`);
      }
      this.recorded += 1;
    }
  }

  /** The listed contract nearest to what a leg asks for, at least a month away. */
  find(family: 'BTC' | 'ETH', index: number, { option }: Leg): InstrumentView {
    const monthUs = this.atUs + 30 * 86_400_000_000;
    const fits = this.engine.query('instruments', {}).filter(({ instrument, mark }) => {
      if (instrument.family !== family || mark === null) return false;
      if (option === null) return instrument.kind === 'perpetual';
      const late = (instrument.expiryUs ?? 0) > monthUs;
      return instrument.kind === 'option' && instrument.optionType === option[1] && late;
    });
    const away = ({ instrument }: InstrumentView): number =>
      option === null
        ? 0
        : ((instrument.expiryUs ?? 0) - monthUs) / 1e15 +
          Math.abs((instrument.strike ?? 0) / index - option[0]);
    fits.sort((a, b) => away(a) - away(b));
    const [found] = fits;
    if (found === undefined) throw new Error('nothing fits');
    return found;
  }

  trade(buyer: AccountId, seller: AccountId, view: InstrumentView, coins: number, index: number) {
    const { instrument, mark } = view;
    const { tick, lot, id } = instrument;
    const price = mark?.markPrice ?? index;
    const unit = instrument.kind === 'option' ? 5 : 1;
    const ticks = Math.round((price * tick.den) / tick.num / unit) * unit;
    const amount = instrument.kind === 'perpetual' ? coins * index : coins;
    const sizeLots = Math.round((amount * lot.den) / lot.num) as SizeLots;
    const order = { ...plainOrder, instrumentId: id, sizeLots, priceTicks: ticks as PriceTicks };
    this.apply({ ...order, accountId: seller, side: 'sell' });
    const events = this.apply({ ...order, accountId: buyer, side: 'buy' });
    expect(events.some((event) => event.type === 'trade')).toBe(true);
  }
}

const seed = (venue: Venue, family: 'BTC' | 'ETH', index: number) => {
  const rich = venue.open(`${family} rich`, family, 1_000_000);
  return books.map((book) => {
    const accountId = venue.open(`${family} ${book.name}`, family, book.deposit);
    for (const each of book.legs) {
      const view = venue.find(family, index, each);
      const [buyer, seller] = each.side === 'buy' ? [accountId, rich] : [rich, accountId];
      venue.trade(buyer, seller, view, each.coins, index);
    }
    return { ...book, family, accountId, least: Number.POSITIVE_INFINITY };
  });
};

const liveThrough = async (recording: Recording) => {
  const { underlyings } = recording;
  const indexNames = underlyings.map((each) => (each === 'BTC' ? 'btc_usd' : 'eth_usd'));
  const source = createReplaySource({
    recording,
    indexNames,
    families: { BTC: 'BTC', ETH: 'ETH' },
    forwardsEverySeconds: 60,
    surfaceEverySeconds: 60,
  });
  const venue = new Venue();
  venue.atUs = recording.startUs - 1_000;
  venue.apply({ type: 'configure', tables: loadContractTables('', underlyings) });
  let seeded: ReturnType<typeof seed> = [];
  for (let atUs: number = recording.startUs; atUs <= recording.endUs; atUs += 1_000_000) {
    if (!isStep(atUs) && atUs !== recording.startUs) continue;
    await source.ready(atUs as TsUs);
    venue.atUs = atUs;
    for (const command of source.commandsAt(atUs as TsUs)) {
      venue.apply(command);
      if (command.type === 'list-options') venue.expectListed(command);
    }
    if (seeded.length === 0 && atUs !== recording.startUs) {
      const indexes = venue.engine.query('indexes', {});
      seeded = underlyings.flatMap((family) => {
        const name = family === 'BTC' ? 'btc_usd' : 'eth_usd';
        const price = indexes.find(({ indexName }) => indexName === name)?.price ?? 0;
        return seed(venue, family, price / 1e6);
      });
    }
    for (const book of seeded) {
      const summary = venue.engine.query('account-summary', {
        accountId: book.accountId,
        currency: book.family,
      }) as AccountSummary;
      const { marginBalance, maintenanceMargin } = summary;
      if (maintenanceMargin > 0) {
        book.least = Math.min(book.least, marginBalance / maintenanceMargin);
      }
    }
  }
  await source.close();
  const { recorded, liquidated } = venue;
  expect(source.report()).toMatchObject({ placesListed: recorded, placesRefused: 0 });
  return { seeded, liquidated, recorded, report: source.report() };
};

const judge = ({ seeded, liquidated }: Awaited<ReturnType<typeof liveThrough>>): void => {
  for (const { name, family, bears, least, accountId } of seeded) {
    const told = { family, name, liquidated: liquidated.has(accountId) };
    expect(told).toEqual({ family, name, liquidated: !bears });
    if (bears) expect({ name, ok: least >= 1 }).toEqual({ name, ok: true });
  }
};

test('a made crash liquidates who cannot bear it and nobody else', async () => {
  const expiries = ['2026-02-06T08:00:00Z', '2026-03-27T08:00:00Z'];
  const path = writeChainCsv(
    join(temporaryFolder(), 'crash.csv'),
    [
      ['2026-02-05T06:00:00Z', 75_000, 0.5] as const,
      ['2026-02-05T09:00:00Z', 62_000, 1.1] as const,
      ['2026-02-05T12:00:00Z', 68_000, 0.8] as const,
    ].map(([at, index, volatility]) => ({
      at,
      underlying: 'BTC',
      index,
      basisRate: 0.04,
      expiries: expiries.map((each) => ({ at: each, annual: annualSmile(volatility) })),
    })),
  );
  const lived = await liveThrough(await openRecording([path]));
  judge(lived);
  // Two expiries of twenty-one strikes around each of three prices, few of them the same.
  expect(lived.recorded).toBeGreaterThan(100);
});

const data = process.env['OPENSTRIKE_DATA'] ?? '';
const week = ['deribit/deribit_chains_week_2026-02-02.csv.gz']
  .concat(['BTC', 'ETH'].map((coin) => `spot/${coin}USDT_1h_2024-04_2026-07.csv`))
  .map((name) => join(data, name));

test.skipIf(data === '' || !week.every((path) => existsSync(path)))(
  'the crash week of February 2026 liquidates who cannot bear it and nobody else',
  { timeout: 600_000 },
  async () => {
    const lived = await liveThrough(await openRecording(week));
    expect(lived.report).toMatchObject({ snapshots: 54, fitsRefused: [], surfacesHeld: 0 });
    judge(lived);
  },
);
