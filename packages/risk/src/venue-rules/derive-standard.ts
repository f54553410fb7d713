// Derive's standard manager: isolated margin per short option or the largest loss of its expiry,
// whichever asks less; perpetuals and base collateral by rate; charges for doubtful oracles and a
// falling stablecoin on the initial margin alone. Figures are net: equity less requirement.
// Invariant: an expiry is never charged more than its largest loss. Source: Derive (Lyra) v2,
// standard manager; risk reference 1.11.
import { type ExpiryLegs, maxLossLinear } from '../max-loss.ts';

export interface DeriveStandardParameters {
  readonly optionInitialMax: number;
  readonly optionInitialMin: number;
  readonly callMaintenance: number;
  readonly putMaintenance: number;
  /** Of the put's mark. */
  readonly putMaintenanceOfMark: number;
  readonly unpairedInitial: number;
  readonly unpairedMaintenance: number;
  /** A put's initial margin is at least this multiple of its maintenance margin. */
  readonly putInitialOverMaintenance: number;
  readonly perpInitial: number;
  readonly perpMaintenance: number;
  readonly perpConfidenceMin: number;
  readonly optionConfidenceMin: number;
  readonly baseConfidenceMin: number;
  readonly confidenceFactor: number;
  readonly pegMin: number;
  readonly pegFactor: number;
  /** What base collateral counts for, and the share of that in the initial margin. */
  readonly baseShare: number;
  readonly baseInitialScale: number;
}

export interface DeriveStandardOption {
  readonly strike: number;
  readonly sign: 1 | -1;
  readonly amount: number;
  /** Of one option. */
  readonly mark: number;
}

export interface DeriveStandardExpiry {
  readonly forward: number;
  /** The least of the forward and the volatility feeds. */
  readonly confidence: number;
  readonly options: readonly DeriveStandardOption[];
}

export interface DeriveStandardMarket {
  readonly spot: number;
  readonly spotConfidence: number;
  readonly perp: number;
  readonly perpPrice: number;
  readonly perpConfidence: number;
  /** Unsettled profit and funding. */
  readonly perpValue: number;
  readonly base: number;
  readonly expiries: readonly DeriveStandardExpiry[];
}

/** Net margins in dollars. */
export interface DeriveStandardMargin {
  readonly initial: number;
  readonly maintenance: number;
  readonly markToMarket: number;
}

/** The net margins of cash and markets together. */
export const deriveStandardMargin = (
  cash: number,
  stablePrice: number,
  markets: readonly DeriveStandardMarket[],
  parameters: DeriveStandardParameters,
): DeriveStandardMargin => {
  const peg = Math.max(0, parameters.pegMin - stablePrice) * parameters.pegFactor;
  let initial = cash;
  let maintenance = cash;
  let markToMarket = cash;
  for (const market of markets) {
    const base = market.base * market.spot;
    const optionMarks = market.expiries
      .flatMap(({ options }) => options)
      .reduce((sum, { amount, mark }) => sum + amount * mark, 0);
    initial +=
      market.perpValue +
      baseInitial(market, parameters) -
      perpInitial(market, parameters) -
      optionMargin(market, parameters, true) -
      peg * shortAndPerp(market) * market.spot;
    maintenance +=
      market.perpValue +
      base * parameters.baseShare -
      Math.abs(market.perp) * market.perpPrice * parameters.perpMaintenance -
      optionMargin(market, parameters, false);
    markToMarket += market.perpValue + base / stablePrice + optionMarks;
  }
  return { initial, maintenance, markToMarket };
};

const doubt = (confidence: number, min: number, parameters: DeriveStandardParameters): number =>
  confidence < min ? (1 - confidence) * parameters.confidenceFactor : 0;

const shortCoins = ({ options }: DeriveStandardExpiry): number =>
  options.reduce((sum, { amount }) => sum + Math.max(0, -amount), 0);

const shortAndPerp = (market: DeriveStandardMarket): number =>
  market.expiries.reduce((sum, expiry) => sum + shortCoins(expiry), Math.abs(market.perp));

const perpInitial = (
  market: DeriveStandardMarket,
  parameters: DeriveStandardParameters,
): number => {
  const sure = Math.min(market.perpConfidence, market.spotConfidence);
  const penalty = doubt(sure, parameters.perpConfidenceMin, parameters) * market.spot;
  return Math.abs(market.perp) * (market.perpPrice * parameters.perpInitial + penalty);
};

const baseInitial = (
  market: DeriveStandardMarket,
  parameters: DeriveStandardParameters,
): number => {
  const notional = market.base * market.spot;
  const counted = notional * parameters.baseShare * parameters.baseInitialScale;
  const penalty = doubt(market.spotConfidence, parameters.baseConfidenceMin, parameters);
  return counted === 0 ? 0 : counted - penalty * notional;
};

const optionMargin = (
  market: DeriveStandardMarket,
  parameters: DeriveStandardParameters,
  initial: boolean,
): number => {
  let sum = 0;
  for (const expiry of market.expiries) {
    const { options, forward } = expiry;
    const isolated = options.reduce(
      (total, option) => total + isolatedMargin(option, market.spot, parameters, initial),
      0,
    );
    const legs: ExpiryLegs = {
      count: options.length,
      strikes: Float64Array.from(options, ({ strike }) => strike),
      callSigns: Int8Array.from(options, ({ sign }) => sign),
      sizes: Float64Array.from(options, ({ amount }) => amount),
    };
    const unpaired = initial ? parameters.unpairedInitial : parameters.unpairedMaintenance;
    sum += Math.min(isolated, maxLossLinear(legs, forward, unpaired));
    if (initial) {
      const sure = Math.min(market.spotConfidence, expiry.confidence);
      const penalty = doubt(sure, parameters.optionConfidenceMin, parameters);
      sum += penalty * market.spot * shortCoins(expiry);
    }
  }
  return sum;
};

/** What one holding asks for by itself; nothing where it is long. */
export const isolatedMargin = (
  option: DeriveStandardOption,
  spot: number,
  parameters: DeriveStandardParameters,
  initial: boolean,
): number => {
  const { sign, strike, mark } = option;
  const sold = Math.max(0, -option.amount);
  const call = sign > 0;
  const maintenance = call
    ? parameters.callMaintenance * spot + mark
    : Math.max(parameters.putMaintenance * spot, parameters.putMaintenanceOfMark * mark) + mark;
  if (!initial) {
    return sold * maintenance;
  }
  const out = Math.max(0, (sign * (strike - spot)) / spot);
  const rate = Math.max(parameters.optionInitialMax - out, parameters.optionInitialMin);
  const open = rate * spot + mark;
  const least = call ? 0 : maintenance * parameters.putInitialOverMaintenance;
  return sold * Math.max(open, least);
};
