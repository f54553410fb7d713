// Fit a chain: from the quotes of every expiry to one surface that may mark, with the certificate
// that says what was checked and a report of how it lies against the quotes. Invariant: the slices
// returned carry a clean certificate over all expiries, whatever the quotes say; an expiry that
// cannot be fitted keeps its previous slice, raised where it would cross an earlier one, or has
// none, and the report says why.
import { type SviSlice, type TsUs, usPerYear } from '@openstrike/domain';
import {
  black76,
  certifySurface,
  fitSvi,
  repairSvi,
  type SurfaceCertificate,
  type SviFitRefusal,
  type SviParameters,
  sviVolatility,
  type SviSlice as TimedSlice,
} from '@openstrike/pricing';
import { compareNumbers, log } from '@openstrike/std';
import { type ExpiryQuotes, isTwoSided, smileOf } from './chain-quotes.ts';

/** What came out of one expiry and how it lies against its two-sided quotes. */
export interface ExpiryFit extends QuoteCount {
  readonly expiryUs: number;
  readonly timeYears: number;
  readonly forward: number;
  /**
   * `fitted` as the search left it, `repaired` to pass the checks, `kept` from the surface before,
   * `none` where there is no slice.
   */
  readonly outcome: 'fitted' | 'repaired' | 'kept' | 'none';
  /** Why it is not a fit of the quotes; null where it is. */
  readonly refusal: SviFitRefusal | null;
  readonly slice: SviSlice | null;
  /** Root mean square distance from the mids, in volatility; NaN where nothing was fitted. */
  readonly rmsIv: number;
}

export interface ChainFit {
  /** Ascending by expiry; what `set-surface` takes. */
  readonly slices: readonly SviSlice[];
  readonly certificate: SurfaceCertificate;
  /** One for every expiry asked for that is still alive, ascending. */
  readonly expiries: readonly ExpiryFit[];
}

export interface ChainFitInputs {
  readonly nowUs: number;
  readonly expiries: readonly ExpiryQuotes[];
  /** The surface before, for what cannot be fitted now. */
  readonly previous?: readonly SviSlice[];
}

/** Fits a surface to a chain. Cost: about a millisecond an expiry. */
export const fitChain = (inputs: ChainFitInputs): ChainFit => {
  const { nowUs } = inputs;
  const alive = inputs.expiries
    .filter(({ expiryUs, forward }) => expiryUs > nowUs && forward > 0)
    .sort((a, b) => compareNumbers(a.expiryUs, b.expiryUs));
  const expiries: ExpiryFit[] = [];
  let earlier: SviParameters | undefined;
  for (const expiry of alive) {
    const fit = fitExpiry(expiry, inputs, earlier);
    earlier = fit.slice ?? earlier;
    expiries.push(fit);
  }
  const slices = expiries.flatMap(({ slice }) => (slice === null ? [] : [slice]));
  return { slices, certificate: certifySlices(slices), expiries };
};

/** The certificate of slices as the engine has them. Holds: ascending by expiry. */
export const certifySlices = (slices: readonly SviSlice[]): SurfaceCertificate =>
  certifySurface(
    slices.map((slice): TimedSlice => ({ timeYears: slice.tauYears, slice: parametersOf(slice) })),
  );

const parametersOf = ({ a, b, rho, m, sigma }: SviSlice): SviParameters => ({
  a,
  b,
  rho,
  m,
  sigma,
});

/** A slice as it stands at a later time: its variance shrinks with the time left, as marks do. */
export const sliceAt = (slice: SviSlice, nowUs: number): SviSlice => {
  const tauYears = (slice.expiryUs - nowUs) / usPerYear;
  const share = tauYears / slice.tauYears;
  return { ...slice, tauYears, a: slice.a * share, b: slice.b * share };
};

const fitExpiry = (
  expiry: ExpiryQuotes,
  inputs: ChainFitInputs,
  earlier: SviParameters | undefined,
): ExpiryFit => {
  const timeYears = (expiry.expiryUs - inputs.nowUs) / usPerYear;
  const fit = fitSvi({ timeYears, quotes: smileOf(expiry, timeYears), earlier });
  if (fit.ok) {
    const slice = engineSlice(fit.value.slice, expiry, timeYears);
    const outcome = fit.value.repaired ? 'repaired' : 'fitted';
    return reportOf(expiry, timeYears, slice, outcome, null, fit.value.rmsIv);
  }
  const before = inputs.previous?.find(({ expiryUs }) => expiryUs === expiry.expiryUs);
  const kept = before && parametersOf(sliceAt(before, inputs.nowUs));
  const raised = kept && repairSvi({ timeYears, slice: kept }, earlier);
  const slice = raised === undefined ? null : engineSlice(raised, expiry, timeYears);
  const outcome = slice === null ? 'none' : 'kept';
  return reportOf(expiry, timeYears, slice, outcome, fit.error, Number.NaN);
};

const engineSlice = (
  slice: SviParameters,
  { expiryUs }: ExpiryQuotes,
  tauYears: number,
): SviSlice => ({ expiryUs: expiryUs as TsUs, tauYears, ...slice });

/** Prices this near a quote are at it; rounding is not a distance. */
const rounding = 1e-9;

/** How many two-sided quotes there are, and how many a slice prices inside, or within a tick. */
export interface QuoteCount {
  readonly quoted: number;
  readonly inside: number;
  readonly withinTick: number;
}

/** How a slice's prices, pins and all, lie against the quotes of its expiry. */
export const countQuotes = (
  { forward: ofExpiry, quotes }: ExpiryQuotes,
  timeYears: number,
  slice: SviSlice | null,
): QuoteCount => {
  const shifts = new Map(slice?.pins?.map(({ strike, shift }) => [strike, shift]));
  let quoted = 0;
  let inside = 0;
  let withinTick = 0;
  for (const quote of quotes) {
    if (!isTwoSided(quote)) continue;
    quoted += 1;
    if (slice === null) continue;
    const { strike, optionType, bid, ask, tick = 0, forward = ofExpiry } = quote;
    const fitted = sviVolatility(log(strike / forward), timeYears, slice);
    const iv = Math.max(0, fitted + (shifts.get(strike) ?? 0));
    const price = black76(forward, strike, timeYears, iv, optionType === 'call' ? 1 : -1);
    const off = Math.max(bid - price, price - ask) - rounding * forward;
    inside += off <= 0 ? 1 : 0;
    withinTick += off <= tick ? 1 : 0;
  }
  return { quoted, inside, withinTick };
};

const reportOf = (
  expiry: ExpiryQuotes,
  timeYears: number,
  slice: SviSlice | null,
  outcome: ExpiryFit['outcome'],
  refusal: SviFitRefusal | null,
  rmsIv: number,
): ExpiryFit => {
  const { expiryUs, forward } = expiry;
  const counts = countQuotes(expiry, timeYears, slice);
  return { expiryUs, timeYears, forward, outcome, refusal, slice, ...counts, rmsIv };
};
