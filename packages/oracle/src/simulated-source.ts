// Simulated source: a seeded market in place of the world's prices. Every venue second it moves
// spot and volatility and says so in the engine's own commands: index values (of simulated venues,
// by the same rules as the world's), forwards and surfaces. Invariant: the same seed, start and
// step times give the same commands.
import {
  type Command,
  type ForwardPrice,
  type IndexName,
  type SviSlice,
  type TsUs,
  type UsdMicros,
  usPerDay,
  usPerSecond,
  usPerYear,
} from '@openstrike/domain';
import { createRandom, exp, log, type Random } from '@openstrike/std';
import { SimulatedVenues } from './simulated-venues.ts';
import { type SpotParameters, type SpotState, stepSpot } from './spot-process.ts';
import { type StartingState, startingStates } from './starting-state.ts';
import { basisRateAt, pointAt, shockedPoints, sviSliceOf } from './term-structure.ts';

type Underlying = 'BTC' | 'ETH';

export interface SimulatedSourceOptions {
  readonly seed: string;
  readonly startUs: TsUs;
  /** Expiries that need a forward and a slice at a time, ascending. */
  readonly expiriesOf: (indexName: IndexName, atUs: TsUs) => readonly TsUs[];
  /** Index values to go on from after a restart, in USD; the starting day's where absent. */
  readonly resumeFrom?: Partial<Record<Underlying, number>>;
  /** A surface every so many seconds; 1 by default, more when time runs fast. */
  readonly surfaceEverySeconds?: number;
  /** Forwards every so many seconds; 1 by default. */
  readonly forwardsEverySeconds?: number;
}

export interface SimulatedSource {
  /**
   * Moves the market to a time and returns what the oracle would say then. At most one call a
   * second.
   */
  commandsAt(atUs: TsUs): Command[];
  /** Spot in USD. */
  spot(underlying: Underlying): number;
}

const parameters: Readonly<Record<Underlying, SpotParameters>> = {
  BTC: {
    volatility: 0.4,
    meanReversion: 6,
    volatilityOfVolatility: 1.6,
    correlation: -0.15,
    jumpsPerYear: 18,
    jumpMean: -0.004,
    jumpDeviation: 0.02,
  },
  ETH: {
    volatility: 0.54,
    meanReversion: 6,
    volatilityOfVolatility: 1.5,
    correlation: -0.1,
    jumpsPerYear: 22,
    jumpMean: -0.004,
    jumpDeviation: 0.027,
  },
};

/** Correlation of BTC and ETH returns, and of their volatilities. */
const crossCorrelation = 0.82;
/**
 * The stablecoin's own price: deviation of its logarithm at rest, and its speed of return per
 * year.
 */
const stablecoinDeviation = 0.0002;
const stablecoinReversion = 2_000;
const indexOf: Readonly<Record<Underlying, readonly [IndexName, IndexName]>> = {
  BTC: ['btc_usd', 'btc_usdc'],
  ETH: ['eth_usd', 'eth_usdc'],
};
const underlyings: readonly Underlying[] = ['BTC', 'ETH'];

/** Published indexes have two decimals. */
const toIndexMicros = (usd: number): UsdMicros => (Math.round(usd * 100) * 10_000) as UsdMicros;

export const createSimulatedSource = (options: SimulatedSourceOptions): SimulatedSource => {
  const random = createRandom(`${options.seed}/${options.startUs}`);
  const states = new Map<Underlying, SpotState>();
  for (const underlying of underlyings) {
    const usd = options.resumeFrom?.[underlying] ?? startingStates[underlying].spotUsd;
    states.set(underlying, { logSpot: log(usd), logVolatilityShock: 0 });
  }
  const market: Market = {
    options,
    random,
    states,
    venues: new SimulatedVenues(
      `${options.seed}/venues`,
      underlyings.flatMap((underlying) => indexOf[underlying]),
    ),
    logStablecoin: 0,
    atUs: options.startUs,
    version: 0,
  };
  return {
    commandsAt: (atUs) => commandsAt(market, atUs),
    spot: (underlying) => exp(stateOf(market, underlying).logSpot),
  };
};

interface Market {
  readonly options: SimulatedSourceOptions;
  readonly random: Random;
  readonly states: ReadonlyMap<Underlying, SpotState>;
  readonly venues: SimulatedVenues;
  /** ln of one USDC in USD. */
  logStablecoin: number;
  atUs: TsUs;
  version: number;
}

const stateOf = (market: Market, underlying: Underlying): SpotState =>
  market.states.get(underlying) as SpotState;

const commandsAt = (market: Market, atUs: TsUs): Command[] => {
  stepMarket(market, Math.max(0, atUs - market.atUs) / usPerYear);
  market.atUs = atUs;
  market.venues.step(atUs);
  const second = Math.floor(atUs / usPerSecond);
  const first = market.version === 0;
  const commands: Command[] = [];
  const withForwards = first || second % (market.options.forwardsEverySeconds ?? 1) === 0;
  const withSurface = first || second % (market.options.surfaceEverySeconds ?? 1) === 0;
  if (withSurface) market.version += 1;
  for (const underlying of underlyings) {
    for (const indexName of indexOf[underlying]) {
      const index = market.venues.index(indexName, spotIn(market, underlying, indexName));
      const expiries = market.options.expiriesOf(indexName, atUs).filter((at) => at > atUs);
      const forwards = withForwards && forwardsOf(underlying, index.price, expiries, atUs);
      commands.push(forwards ? { ...index, forwards } : index);
      if (withSurface) commands.push(surfaceCommand(market, underlying, indexName, expiries));
    }
  }
  return commands;
};

const stepMarket = (market: Market, years: number): void => {
  if (years === 0) return;
  const { random } = market;
  const mixed = Math.sqrt(1 - crossCorrelation * crossCorrelation);
  const common = { spot: random.nextNormal(), volatility: random.nextNormal() };
  const own = { spot: random.nextNormal(), volatility: random.nextNormal() };
  const shocksOfEth = {
    spot: crossCorrelation * common.spot + mixed * own.spot,
    volatility: crossCorrelation * common.volatility + mixed * own.volatility,
  };
  stepSpot(stateOf(market, 'BTC'), parameters.BTC, years, common, random);
  stepSpot(stateOf(market, 'ETH'), parameters.ETH, years, shocksOfEth, random);
  const decay = exp(-stablecoinReversion * years);
  market.logStablecoin =
    market.logStablecoin * decay +
    stablecoinDeviation * Math.sqrt(1 - decay * decay) * random.nextNormal();
};

/** Spot in the money of an index. */
const spotIn = (market: Market, underlying: Underlying, indexName: IndexName): number => {
  const { logSpot } = stateOf(market, underlying);
  const inUsdc = indexName.endsWith('_usdc');
  return exp(inUsdc ? logSpot - market.logStablecoin : logSpot);
};

const yearsTo = (expiryUs: TsUs, atUs: TsUs): number => (expiryUs - atUs) / usPerYear;

const forwardsOf = (
  underlying: Underlying,
  price: UsdMicros,
  expiries: readonly TsUs[],
  atUs: TsUs,
): ForwardPrice[] => {
  const { nodes } = startingStates[underlying];
  return expiries.map((expiryUs) => {
    const years = yearsTo(expiryUs, atUs);
    const rate = basisRateAt(nodes, years * 365);
    return { expiryUs, price: toIndexMicros((price / 1e6) * exp(rate * years)) };
  });
};

const surfaceCommand = (
  market: Market,
  underlying: Underlying,
  indexName: IndexName,
  expiries: readonly TsUs[],
): Command => {
  const { nodes }: StartingState = startingStates[underlying];
  const shock = stateOf(market, underlying).logVolatilityShock;
  const points = shockedPoints(nodes, shock, parameters[underlying].meanReversion);
  const slices: SviSlice[] = expiries.map((expiryUs) => {
    const days = Math.max(1e-6, (expiryUs - market.atUs) / usPerDay);
    return sviSliceOf(pointAt(nodes, points, days), expiryUs, days / 365);
  });
  return { type: 'set-surface', indexName, version: market.version, slices };
};
