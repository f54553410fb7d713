/**
 * Volatility indices from a chain: Cboe's methodology to the letter, and a model-free variance with
 * the tails beyond the quoted strikes filled in and an error bar.
 * Source: Cboe (2019), White Paper: Cboe Volatility Index; Carr and Madan (1998), Towards a theory
 * of volatility trading; Demeterfi, Derman, Kamal and Zou (1999), More than you ever wanted to
 * know.
 */
import { assert, compareNumbers, err, exp, ok, type Result } from '@openstrike/std';
import { outOfTheMoney } from './black76.ts';

/** Quotes of the call and put of one strike; a bid of 0 is none. */
export type ChainQuote = {
  readonly strike: number;
  readonly callBid: number;
  readonly callAsk: number;
  readonly putBid: number;
  readonly putAsk: number;
};

/** One term of the index: its variance and what it was made of. */
export type CboeTerm = {
  readonly forward: number;
  /** First strike at or below the forward. */
  readonly strikeAtMoney: number;
  /** Annualised. */
  readonly variance: number;
  /** Strikes that entered, ascending, and the contribution of each before the factor 2 / T. */
  readonly contributions: readonly { readonly strike: number; readonly value: number }[];
};

/**
 * The variance of one expiry by Cboe's rules: forward from the strike of least difference between
 * call and put mids, out-of-the-money options with a bid, cut at two strikes in a row without one.
 * Units: rate continuous per year; time in years. Domain: quotes in any order.
 * Refuses: too-few-quotes. Source: Cboe (2019), steps 1 and 2.
 */
export function cboeTerm(
  quotes: readonly ChainQuote[],
  timeYears: number,
  rate: number,
): Result<CboeTerm, 'too-few-quotes' | 'invalid-input'> {
  if (!(timeYears > 0 && Number.isFinite(timeYears) && Number.isFinite(rate))) {
    return err('invalid-input');
  }
  const chain = [...quotes].sort((a, b) => compareNumbers(a.strike, b.strike));
  let nearest: ChainQuote | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const quote of chain) {
    const gap = Math.abs(callMid(quote) - putMid(quote));
    if (quote.callBid > 0 && quote.putBid > 0 && gap < least) {
      least = gap;
      nearest = quote;
    }
  }
  if (nearest === undefined) {
    return err('too-few-quotes');
  }
  const growth = exp(rate * timeYears);
  const forward = nearest.strike + growth * (callMid(nearest) - putMid(nearest));
  let atMoney = -1;
  for (const [i, { strike }] of chain.entries()) {
    atMoney = strike <= forward ? i : atMoney;
  }
  if (atMoney < 0) {
    return err('too-few-quotes');
  }
  const chosen = chooseStrikes(chain, atMoney);
  if (chosen.length < 2) {
    return err('too-few-quotes');
  }
  let sum = 0;
  const contributions: { strike: number; value: number }[] = [];
  for (const [i, { strike, price }] of chosen.entries()) {
    const below = chosen[i - 1]?.strike;
    const above = chosen[i + 1]?.strike;
    const width =
      below === undefined
        ? (above as number) - strike
        : above === undefined
          ? strike - below
          : 0.5 * (above - below);
    const value = (width / (strike * strike)) * growth * price;
    contributions.push({ strike, value });
    sum += value;
  }
  const strikeAtMoney = (chain[atMoney] as ChainQuote).strike;
  const shift = forward / strikeAtMoney - 1;
  const variance = (2 * sum - shift * shift) / timeYears;
  return ok({ forward, strikeAtMoney, variance, contributions });
}

function chooseStrikes(
  chain: readonly ChainQuote[],
  atMoney: number,
): { strike: number; price: number }[] {
  const chosen: { strike: number; price: number }[] = [];
  let without = 0;
  for (let i = atMoney - 1; i >= 0 && without < 2; i--) {
    const quote = chain[i] as ChainQuote;
    if (quote.putBid > 0) {
      chosen.unshift({ strike: quote.strike, price: putMid(quote) });
      without = 0;
    } else {
      without++;
    }
  }
  const middle = chain[atMoney] as ChainQuote;
  chosen.push({ strike: middle.strike, price: 0.5 * (callMid(middle) + putMid(middle)) });
  without = 0;
  for (let i = atMoney + 1; i < chain.length && without < 2; i++) {
    const quote = chain[i] as ChainQuote;
    if (quote.callBid > 0) {
      chosen.push({ strike: quote.strike, price: callMid(quote) });
      without = 0;
    } else {
      without++;
    }
  }
  return chosen;
}

/**
 * The index from two terms around the constant maturity.
 * Units: index points, 100 times volatility; minutes to expiry. Domain: near before next.
 * Source: Cboe (2019), step 3.
 */
export function cboeIndex(
  near: { readonly variance: number; readonly minutes: number },
  next: { readonly variance: number; readonly minutes: number },
  constantMinutes = 43_200,
): number {
  const minutesPerYear = 525_600;
  const span = next.minutes - near.minutes;
  assert(span > 0, 'the next term expires after the near term');
  const nearPart =
    (near.minutes / minutesPerYear) * near.variance * ((next.minutes - constantMinutes) / span);
  const nextPart =
    (next.minutes / minutesPerYear) * next.variance * ((constantMinutes - near.minutes) / span);
  return 100 * Math.sqrt((nearPart + nextPart) * (minutesPerYear / constantMinutes));
}

function callMid(quote: ChainQuote): number {
  return 0.5 * (quote.callBid + quote.callAsk);
}

function putMid(quote: ChainQuote): number {
  return 0.5 * (quote.putBid + quote.putAsk);
}

/** The model-free variance of an expiry and what is uncertain about it. */
export type ModelFreeVariance = {
  /** Annualised. */
  readonly variance: number;
  readonly volatility: number;
  /** Share of the variance that comes from beyond the quoted strikes. */
  readonly tailShare: number;
  /** Half the difference between the variances of all asks and of all bids. */
  readonly spreadError: number;
  /** Half the difference between tails of growing and of level volatility. */
  readonly tailError: number;
};

/** Steps of the integral per standard deviation, and how many deviations the tails go. */
const STEPS = 32;
const TAIL_DEVIATIONS = 10;

/**
 * The variance that a strip of out-of-the-money options pays, integrated over log-moneyness with
 * total variance interpolated between quotes, and tails in which total variance goes on with half
 * of its last slope (between level and growing).
 * Units: volatilities annualised; quotes by ln(strike / forward).
 * Domain: at least two quotes; ascending k. Refuses: too-few-quotes.
 * Source: Carr and Madan (1998), eq. 10; Demeterfi et al. (1999), eq. 26.
 */
export function modelFreeVariance(
  quotes: readonly { readonly k: number; readonly bidIv: number; readonly askIv: number }[],
  timeYears: number,
): Result<ModelFreeVariance, 'too-few-quotes' | 'invalid-input'> {
  if (!(timeYears > 0 && Number.isFinite(timeYears))) {
    return err('invalid-input');
  }
  const used = quotes.filter(({ bidIv, askIv }) => bidIv > 0 && askIv >= bidIv);
  if (used.length < 2) {
    return err('too-few-quotes');
  }
  const ks = used.map(({ k }) => k);
  const total = (share: number): number[] =>
    used.map(({ bidIv, askIv }) => {
      const iv = bidIv + share * (askIv - bidIv);
      return iv * iv * timeYears;
    });
  const mids = total(0.5);
  const { inside, tails } = integrate(ks, mids, 0.5);
  const level = integrate(ks, mids, 0);
  const growing = integrate(ks, mids, 1);
  const low = integrate(ks, total(0), 0.5);
  const high = integrate(ks, total(1), 0.5);
  const scale = 2 / timeYears;
  const variance = scale * (inside + tails);
  return ok({
    variance,
    volatility: Math.sqrt(variance),
    tailShare: tails / (inside + tails),
    spreadError: 0.5 * scale * (high.inside + high.tails - low.inside - low.tails),
    tailError: 0.5 * scale * Math.abs(growing.tails - level.tails),
  });
}

/** The integral of out-of-the-money prices over the forward times e^-k, by Simpson's rule. */
function integrate(
  ks: readonly number[],
  ws: readonly number[],
  slopeShare: number,
): { inside: number; tails: number } {
  const last = ks.length - 1;
  let inside = 0;
  for (let i = 0; i < last; i++) {
    const [k0, k1] = [ks[i] as number, ks[i + 1] as number];
    const [w0, w1] = [ws[i] as number, ws[i + 1] as number];
    const w = (k: number): number => w0 + ((k - k0) / (k1 - k0)) * (w1 - w0);
    // The integrand has a kink at the money.
    inside +=
      k0 < 0 && k1 > 0 ? simpson(k0, 0, w, w0) + simpson(0, k1, w, w0) : simpson(k0, k1, w, w0);
  }
  const tail = (end: number, inner: number, direction: number): number => {
    const k0 = ks[end] as number;
    const w0 = ws[end] as number;
    const run = Math.abs(k0 - (ks[inner] as number));
    const slope = Math.min(Math.max((w0 - (ws[inner] as number)) / run, 0), 1.5) * slopeShare;
    const w = (k: number): number => w0 + slope * Math.abs(k - k0);
    const reach = TAIL_DEVIATIONS * Math.sqrt(w0) * (1 + slope) + 8 * slope;
    const k1 = k0 + direction * reach;
    return direction > 0 ? simpson(k0, k1, w, w0) : simpson(k1, k0, w, w0);
  };
  return { inside, tails: tail(0, 1, -1) + tail(last, last - 1, 1) };
}

function simpson(from: number, to: number, w: (k: number) => number, w0: number): number {
  if (!(to > from)) {
    return 0;
  }
  const steps = 2 * Math.max(2, Math.ceil((STEPS * (to - from)) / Math.sqrt(w0)));
  const h = (to - from) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const k = from + i * h;
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * pricePerStrike(k, w(k));
  }
  return (sum * h) / 3;
}

/** OTM(k) / K with the forward 1: for K above 1 the price is over the forward, below over K. */
function pricePerStrike(k: number, w: number): number {
  const price = outOfTheMoney(Math.abs(k), Math.sqrt(w));
  return k > 0 ? price * exp(-k) : price;
}
