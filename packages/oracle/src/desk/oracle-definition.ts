// Oracle definition: which sources make which index, and how much outside derivatives count beside
// our own books. The usual one weighs venues that quote in dollars above those that quote in a
// stablecoin, so that no single rate carries the index.
import type { SourceName } from '@openstrike/connectors';
import type { IndexName } from '@openstrike/domain';
import { type ForwardRules, usualForwardRules } from '../forwards/forward-machine.ts';
import {
  type ConstituentRule,
  type IndexRules,
  type QuoteMoney,
  usualIndexRules,
  usualRateRules,
} from '../index-price/index-rules.ts';
import { type SurfaceRules, usualSurfaceRules } from '../surface/surface-machine.ts';
import { type BoardRules, usualBoardRules } from './derivative-board.ts';

export interface IndexDefinition {
  readonly indexName: IndexName;
  readonly underlying: 'BTC' | 'ETH';
  /** What the index is stated in. */
  readonly money: QuoteMoney;
  readonly rules: IndexRules;
}

export interface OracleDefinition {
  readonly indexes: readonly IndexDefinition[];
  /** What makes the dollar price of each stablecoin. */
  readonly rates: Readonly<Record<'USDC' | 'USDT', IndexRules>>;
  /** How much outside futures and options count; a source not named does not. */
  readonly outsideWeights: Readonly<Partial<Record<SourceName, number>>>;
  readonly forwards: ForwardRules;
  readonly surface: SurfaceRules;
  readonly board: BoardRules;
}

const spot = (source: SourceName, quotedIn: QuoteMoney, weight = 1): ConstituentRule => ({
  source,
  weight,
  quotedIn,
});

/** Eight spot venues: five that quote in dollars, three in tether. */
export const usualConstituents: readonly ConstituentRule[] = [
  spot('coinbase', 'USD'),
  spot('kraken', 'USD'),
  spot('bitstamp', 'USD'),
  spot('gemini', 'USD'),
  spot('bitfinex', 'USD'),
  spot('binance', 'USDT'),
  spot('okx', 'USDT'),
  spot('bybit', 'USDT'),
];

/** Reporters of signed prices, which count only where they are named. */
const reporters: readonly ConstituentRule[] = [
  spot('pyth', 'USD'),
  spot('redstone', 'USD'),
  spot('chainlink', 'USD'),
];

const rateRules = (sources: readonly SourceName[]): IndexRules => ({
  ...usualRateRules,
  constituents: sources.map((source) => spot(source, 'USD')),
});

/**
 * The usual oracle over some sources; where none are named over all venues, without reporters of
 * signed prices.
 */
export const usualDefinition = (sources?: readonly SourceName[]): OracleDefinition => {
  const follows = ({ source }: ConstituentRule): boolean =>
    sources === undefined || sources.some((name) => name === source);
  const named = sources === undefined ? [] : reporters;
  const constituents = [...usualConstituents, ...named].filter(follows);
  const indexes: IndexDefinition[] = [];
  for (const underlying of ['BTC', 'ETH'] as const) {
    for (const money of ['USD', 'USDC'] as const) {
      const indexName = `${underlying}_${money}`.toLowerCase() as IndexName;
      const rules = { ...usualIndexRules, constituents };
      indexes.push({ indexName, underlying, money, rules });
    }
  }
  const rateOf = (venues: readonly SourceName[]): IndexRules => {
    const all: readonly SourceName[] = [...venues, 'pyth', 'redstone'];
    const used = sources === undefined ? venues : all.filter((source) => sources.includes(source));
    const rules = rateRules(used);
    // A venue of few sources still has a rate, as good as the one source it trusts.
    return { ...rules, quorum: Math.max(1, Math.min(rules.quorum, used.length)) };
  };
  return {
    indexes,
    rates: {
      USDC: rateOf(['kraken', 'bitstamp', 'gemini']),
      USDT: rateOf(['coinbase', 'kraken', 'bitstamp', 'gemini', 'bitfinex']),
    },
    outsideWeights: { deribit: 0.5, okx: 0.25, bybit: 0.25, binance: 0.25 },
    forwards: usualForwardRules,
    surface: usualSurfaceRules,
    board: usualBoardRules,
  };
};
