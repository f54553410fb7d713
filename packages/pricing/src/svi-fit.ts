/**
 * Fits a raw SVI slice to quoted volatilities: each quote weighs by its spread, far-off quotes lose
 * weight, and negative density, steep wings and crossing of the earlier slice are priced into the
 * search, so that what comes out passes the certificate. A slice that still fails is repaired.
 * Source: quasi-explicit start from Zeliade (2009), Quasi-explicit calibration of Gatheral's SVI
 * model, section 3; repair from Gatheral and Jacquier (2014), section 5.1.
 */
import { err, ok, type Result, sinh } from '@openstrike/std';
import { levenbergMarquardt, solveCholesky } from './numeric/levenberg-marquardt.ts';
import type { SmileQuote } from './smile-quote.ts';
import { rawOfSsvi } from './ssvi.ts';
import {
  densityFactor,
  type SviParameters,
  sviMinimum,
  sviTotalVariance,
  sviWingSlopes,
} from './svi.ts';
import { butterflyMargin, calendarMargin, type SviSlice } from './svi-arbitrage.ts';
import { jumpWingsOfRaw, rawOfJumpWings } from './svi-forms.ts';

/** What to fit, and the earlier slice not to cross. */
export type SviFitInputs = {
  readonly timeYears: number;
  readonly quotes: readonly SmileQuote[];
  readonly earlier?: SviParameters | undefined;
  /** A slice to begin from, such as the last fit, in place of the search for a start. */
  readonly start?: SviParameters | undefined;
};

/** A fitted slice that passed the checks, and how far it is from the quotes. */
export type SviFit = {
  readonly slice: SviParameters;
  /** Root mean square distance from the mids, in volatility. */
  readonly rmsIv: number;
  /** How many quotes have the fit between their bid and ask. */
  readonly inside: number;
  /** Whether the fit had to be moved to pass the checks. */
  readonly repaired: boolean;
};

/** Why a slice could not be fitted. */
export type SviFitRefusal = 'too-few-quotes' | 'not-repairable';

const QUOTES_MIN = 5;
/** Half-spreads below a tenth of a volatility point do not make a quote weigh more. */
const HALF_SPREAD_MIN = 0.001;
const PENALTY_NODES = 33;
const SLOPE_MAX = 1.98;
/** How hard each pass of the search penalises violations, and the slack it demands. */
const PENALTIES: readonly (readonly [number, number])[] = [
  [100, 2e-3],
  [3e3, 5e-3],
  [1e5, 2e-2],
];
const SINH: Float64Array = Float64Array.from({ length: PENALTY_NODES }, (_, i) =>
  sinh(4.5 * ((2 * i) / (PENALTY_NODES - 1) - 1)),
);

/**
 * Fits one slice to its quotes.
 * Units: quotes in annualised volatility by ln(strike / forward). Domain: at least five quotes with
 * positive volatilities, ask not below bid. Refuses: too-few-quotes; not-repairable when no slice
 * above the earlier one passes. Source: start by Zeliade (2009), section 3; repair by Gatheral and
 * Jacquier (2014), section 5.1; the penalties are ours.
 */
export function fitSvi(inputs: SviFitInputs): Result<SviFit, SviFitRefusal> {
  const { timeYears, earlier } = inputs;
  const quotes = inputs.quotes.filter(
    (quote) => quote.bidIv > 0 && quote.askIv >= quote.bidIv && quote.askIv < 100,
  );
  if (quotes.length < QUOTES_MIN || !(timeYears > 0)) {
    return err('too-few-quotes');
  }
  const data = dataOf(quotes, timeYears);
  const begun = inputs.start ?? startOf(data);
  let slice = begun;
  for (const [weight, slack] of PENALTIES) {
    slice = search(data, slice, earlier, weight, slack);
    if (passes(slice, earlier)) {
      return ok(fitOf(slice, quotes, timeYears, false));
    }
  }
  // From inside the allowed region the search seldom leaves it again.
  const inner = earlier && scaledAbove(earlier, begun);
  let second = inner ?? slice;
  for (const [weight, slack] of inner === undefined ? [] : PENALTIES) {
    second = search(data, second, earlier, weight, slack);
    if (passes(second, earlier)) {
      return ok(fitOf(second, quotes, timeYears, false));
    }
  }
  let best: SviFit | undefined;
  const plain = rawOfSsvi({ theta: data.wAtMoney, rho: 0, psi: Math.min(data.wAtMoney, 1) });
  for (const candidate of [slice, second, begun, plain]) {
    const repaired = repairSvi({ timeYears, slice: candidate }, earlier);
    const fit = repaired && fitOf(repaired, quotes, timeYears, true);
    if (fit !== undefined && (best === undefined || fit.rmsIv < best.rmsIv)) {
      best = fit;
    }
  }
  return best === undefined ? err('not-repairable') : ok(best);
}

/**
 * Fits slices in ascending order of time, each above the one before.
 * Units and Source: as fitSvi. Domain: ascending times, each expiry as fitSvi takes it. Refuses: as
 * fitSvi, with the index of the expiry that could not be fitted.
 */
export function fitSviSurface(
  expiries: readonly { readonly timeYears: number; readonly quotes: readonly SmileQuote[] }[],
): Result<readonly (SviSlice & SviFit)[], { readonly index: number; readonly why: SviFitRefusal }> {
  const fits: (SviSlice & SviFit)[] = [];
  for (const [index, { timeYears, quotes }] of expiries.entries()) {
    const fit = fitSvi({ timeYears, quotes, earlier: fits[index - 1]?.slice });
    if (!fit.ok) {
      return err({ index, why: fit.error });
    }
    fits.push({ timeYears, ...fit.value });
  }
  return ok(fits);
}

type SliceData = {
  readonly k: Float64Array;
  readonly w: Float64Array;
  /** One over the total variance that the half-spread is worth. */
  readonly weight: Float64Array;
  readonly kMin: number;
  readonly kMax: number;
  /** Total variance of the quote nearest the money. */
  readonly wAtMoney: number;
};

function dataOf(quotes: readonly SmileQuote[], timeYears: number): SliceData {
  const size = quotes.length;
  const k = new Float64Array(size);
  const w = new Float64Array(size);
  const weight = new Float64Array(size);
  let kMin = Number.POSITIVE_INFINITY;
  let kMax = Number.NEGATIVE_INFINITY;
  let nearest = Number.POSITIVE_INFINITY;
  let wAtMoney = 0;
  for (const [i, quote] of quotes.entries()) {
    const mid = 0.5 * (quote.bidIv + quote.askIv);
    const half = Math.max(0.5 * (quote.askIv - quote.bidIv), HALF_SPREAD_MIN);
    k[i] = quote.k;
    w[i] = mid * mid * timeYears;
    weight[i] = (quote.weight ?? 1) / (2 * mid * timeYears * half);
    kMin = Math.min(kMin, quote.k);
    kMax = Math.max(kMax, quote.k);
    if (Math.abs(quote.k) < nearest) {
      nearest = Math.abs(quote.k);
      wAtMoney = w[i] as number;
    }
  }
  return { k, w, weight, kMin, kMax, wAtMoney };
}

/**
 * The best slice over a coarse grid of shift and smoothness: given these two, the other three enter
 * linearly and are solved for.
 */
function startOf(data: SliceData): SviParameters {
  const width = Math.max(data.kMax - data.kMin, 1e-3);
  const deviation = Math.sqrt(data.wAtMoney);
  const centre = 0.5 * (data.kMin + data.kMax);
  let best: SviParameters = { a: 0.5 * data.wAtMoney, b: 0.1, rho: 0, m: 0, sigma: 0.1 };
  let least = Number.POSITIVE_INFINITY;
  const normal = new Float64Array(9);
  const right = new Float64Array(3);
  for (const shift of [-0.3, -0.1, 0, 0.1, 0.3]) {
    const m = shift * width + (Math.abs(centre) > 0.3 * width ? 0.5 * centre : 0);
    for (const size of [0.1, 0.3, 1, 2.5]) {
      const sigma = Math.max(size * deviation, 1e-3);
      const squares = solveLinear(data, m, sigma, normal, right);
      const [a, d, c] = right as unknown as [number, number, number];
      if (squares < least && c > 0) {
        least = squares;
        const rho = Math.min(Math.max(d / c, -0.95), 0.95);
        best = { a, b: Math.min(c / sigma, 1.9 / (1 + Math.abs(rho))), rho, m, sigma };
      }
    }
  }
  return best;
}

/** Solves for (a, b rho sigma, b sigma) by weighted least squares; returns what is left over. */
function solveLinear(
  data: SliceData,
  m: number,
  sigma: number,
  normal: Float64Array,
  right: Float64Array,
): number {
  normal.fill(0);
  right.fill(0);
  const { k, w, weight } = data;
  let total = 0;
  for (let i = 0; i < k.length; i++) {
    const y = ((k[i] as number) - m) / sigma;
    const z = Math.sqrt(y * y + 1);
    const u = (weight[i] as number) * (weight[i] as number);
    const value = w[i] as number;
    total += u * value * value;
    normal[0] = (normal[0] as number) + u;
    normal[3] = (normal[3] as number) + u * y;
    normal[4] = (normal[4] as number) + u * y * y;
    normal[6] = (normal[6] as number) + u * z;
    normal[7] = (normal[7] as number) + u * y * z;
    normal[8] = (normal[8] as number) + u * z * z;
    right[0] = (right[0] as number) + u * value;
    right[1] = (right[1] as number) + u * y * value;
    right[2] = (right[2] as number) + u * z * value;
  }
  const [r0, r1, r2] = right as unknown as [number, number, number];
  if (!solveCholesky(normal, right, 3)) {
    return Number.POSITIVE_INFINITY;
  }
  return total - (right[0] as number) * r0 - (right[1] as number) * r1 - (right[2] as number) * r2;
}

function search(
  data: SliceData,
  start: SviParameters,
  earlier: SviParameters | undefined,
  penalty: number,
  slack: number,
): SviParameters {
  const { k, w, weight, kMin, kMax, wAtMoney } = data;
  const quotes = k.length;
  const deviation = Math.sqrt(wAtMoney);
  const width = Math.max(kMax - kMin, deviation);
  const penalise = penaltiesOf(data, earlier, penalty, slack);
  const residuals = (parameters: Float64Array, out: Float64Array): void => {
    const [a, b, rho, m, sigma] = parameters as unknown as RawNumbers;
    const variance = sigma * sigma;
    for (let i = 0; i < quotes; i++) {
      const d = (k[i] as number) - m;
      const value = a + b * (rho * d + Math.sqrt(d * d + variance));
      const r = (value - (w[i] as number)) * (weight[i] as number);
      // Its square is 8 (sqrt(1 + r^2 / 4) - 1): like r^2 near zero, like 4 |r| far away.
      const far = Math.sqrt(8 * (Math.sqrt(1 + 0.25 * r * r) - 1));
      out[i] = r < 0 ? -far : far;
    }
    penalise(a, b, rho, m, sigma, out);
  };
  const { parameters } = levenbergMarquardt({
    residuals,
    residualCount: quotes + 2 * PENALTY_NODES + 2,
    lower: [-20 * wAtMoney - 1, 0, -0.999, kMin - width, 0.002 * deviation],
    upper: [20 * wAtMoney + 1, 2, 0.999, kMax + width, 10 * deviation + width],
    start: [start.a, start.b, start.rho, start.m, start.sigma],
    iterationsMax: 50,
    tolerance: 1e-7,
  });
  const [a, b, rho, m, sigma] = parameters as unknown as RawNumbers;
  return { a, b, rho, m, sigma };
}

type RawNumbers = [number, number, number, number, number];

/** Writes the residuals of violations: negative density, crossing of the earlier slice, wings. */
function penaltiesOf(
  data: SliceData,
  earlier: SviParameters | undefined,
  penalty: number,
  slack: number,
): (a: number, b: number, rho: number, m: number, sigma: number, out: Float64Array) => void {
  const { kMin, kMax, wAtMoney } = data;
  const quotes = data.k.length;
  const deviation = Math.sqrt(wAtMoney);
  const scale = Math.max(0.25 * deviation, Math.max(kMax - kMin, deviation) / 90);
  const wings = earlier === undefined ? { left: 0, right: 0 } : sviWingSlopes(earlier);
  const floors = new Float64Array(PENALTY_NODES);
  for (let j = 0; j < PENALTY_NODES && earlier !== undefined; j++) {
    const at = scale * (SINH[j] as number);
    floors[j] =
      sviTotalVariance(at, earlier.a, earlier.b, earlier.rho, earlier.m, earlier.sigma) *
      (1 + 0.1 * slack);
  }
  return (a, b, rho, m, sigma, out) => {
    const variance = sigma * sigma;
    for (let j = 0; j < PENALTY_NODES; j++) {
      const at = scale * (SINH[j] as number);
      const d = at - m;
      const square = d * d + variance;
      const root = Math.sqrt(square);
      const value = a + b * (rho * d + root);
      const g =
        value > 1e-10
          ? densityFactor(at, value, b * (rho + d / root), (b * variance) / (square * root))
          : -1;
      out[quotes + j] = g < slack ? penalty * (slack - g) : 0;
      const below = (floors[j] as number) - value;
      out[quotes + PENALTY_NODES + j] = below > 0 ? (penalty * 10 * below) / wAtMoney : 0;
    }
    const last = quotes + 2 * PENALTY_NODES;
    const left = b * (1 - rho);
    const right = b * (1 + rho);
    const leftOff = Math.max(0, left - SLOPE_MAX, wings.left * (1 + slack) - left);
    const rightOff = Math.max(0, right - SLOPE_MAX, wings.right * (1 + slack) - right);
    out[last] = penalty * 10 * leftOff;
    out[last + 1] = penalty * 10 * rightOff;
  };
}

function passes(slice: SviParameters, earlier: SviParameters | undefined): boolean {
  const { left, right } = sviWingSlopes(slice);
  if (!(sviMinimum(slice) > 0 && Math.max(left, right) < 2)) {
    return false;
  }
  if (earlier !== undefined) {
    const before = sviWingSlopes(earlier);
    if (left < before.left || right < before.right || calendarMargin(earlier, slice).value < 0) {
      return false;
    }
  }
  return butterflyMargin(slice).value >= 0;
}

/**
 * Moves a slice as little as needed to pass the certificate above an earlier slice: towards the
 * sibling of the same at-the-money variance and skew whose density is known to be positive, then
 * outwards in its wings and up. Undefined when that does not pass either.
 * Units: total variance. Domain: time above 0. Source: Gatheral and Jacquier (2014), section 5.1.
 */
export function repairSvi(
  { timeYears, slice }: SviSlice,
  earlier: SviParameters | undefined,
): SviParameters | undefined {
  if (passes(slice, earlier)) {
    return slice;
  }
  let low = 0;
  let high = 1;
  let best: SviParameters | undefined = earlier && scaledAbove(earlier, slice);
  for (let i = 0; i < 24; i++) {
    const share = i === 0 ? 1 : 0.5 * (low + high);
    const candidate = lifted(towardsFree(slice, timeYears, share), earlier);
    if (candidate !== undefined && passes(candidate, earlier)) {
      best = candidate;
      high = share;
    } else if (i === 0) {
      return best;
    } else {
      low = share;
    }
  }
  return best;
}

/** The slice moved by a share of the way to its arbitrage-free sibling (ibid., section 5.1). */
function towardsFree(
  slice: SviParameters,
  timeYears: number,
  share: number,
): SviParameters | undefined {
  const atMoney = sviTotalVariance(0, slice.a, slice.b, slice.rho, slice.m, slice.sigma);
  if (!(atMoney > 0)) {
    return undefined;
  }
  const wings = jumpWingsOfRaw(slice, timeYears);
  const scale = Math.sqrt(atMoney);
  // The sibling is an SSVI slice, free when its wings obey these two bounds.
  const bound = Math.min(1.95 / scale, 0.98);
  const p = Math.min(Math.max(wings.p, 1e-6, -2 * wings.psi + 1e-6), bound);
  const psi = Math.max(wings.psi, -0.49 * p);
  const c = Math.min(p + 2 * psi, bound);
  const pair = Math.max(p + c, 1e-9);
  if (share === 1) {
    return rawOfSsvi({ theta: atMoney, rho: (c - p) / pair, psi: scale * pair });
  }
  const freePsi = 0.5 * (c - p);
  const vMin = (wings.v * 4 * p * c) / (pair * pair);
  const mix = (from: number, to: number): number => from + share * (to - from);
  return rawOfJumpWings(
    {
      v: wings.v,
      psi: mix(wings.psi, freePsi),
      p: mix(wings.p, p),
      c: mix(wings.c, c),
      vMin: mix(wings.vMin, vMin),
    },
    timeYears,
  );
}

/** The earlier slice scaled up to the level of the later one, or as far as the checks allow. */
function scaledAbove(earlier: SviParameters, slice: SviParameters): SviParameters | undefined {
  let ratio = Math.max(sviMinimum(slice) / sviMinimum(earlier), 1 + 1e-6);
  for (let i = 0; i < 40; i++) {
    const scaled = { ...earlier, a: earlier.a * ratio, b: earlier.b * ratio };
    if (passes(scaled, earlier)) {
      return scaled;
    }
    ratio = 1 + 0.5 * (ratio - 1);
  }
  return undefined;
}

/** The slice with wings at least as steep as the earlier one's, raised above it. */
function lifted(
  slice: SviParameters | undefined,
  earlier: SviParameters | undefined,
): SviParameters | undefined {
  if (slice === undefined || earlier === undefined) {
    return slice;
  }
  const before = sviWingSlopes(earlier);
  const own = sviWingSlopes(slice);
  const left = Math.max(own.left, before.left * (1 + 1e-9));
  const right = Math.max(own.right, before.right * (1 + 1e-9));
  const b = 0.5 * (left + right);
  const steeper = { ...slice, b, rho: b > 0 ? (right - left) / (2 * b) : 0 };
  const margin = calendarMargin(earlier, steeper).value;
  return margin < 0 ? { ...steeper, a: steeper.a - margin * (1 + 1e-9) + 1e-12 } : steeper;
}

function fitOf(
  slice: SviParameters,
  quotes: readonly SmileQuote[],
  timeYears: number,
  repaired: boolean,
): SviFit {
  let sum = 0;
  let inside = 0;
  for (const { k, bidIv, askIv } of quotes) {
    const d = k - slice.m;
    const root = Math.sqrt(d * d + slice.sigma * slice.sigma);
    const iv = Math.sqrt((slice.a + slice.b * (slice.rho * d + root)) / timeYears);
    const off = iv - 0.5 * (bidIv + askIv);
    sum += off * off;
    inside += iv >= bidIv && iv <= askIv ? 1 : 0;
  }
  return { slice, rmsIv: Math.sqrt(sum / quotes.length), inside, repaired };
}
