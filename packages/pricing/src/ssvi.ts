/**
 * SSVI and its extension eSSVI: slices with three readable numbers (at-the-money total variance
 * theta, correlation rho, psi = theta phi), whose freedom from arbitrage is known in closed form
 * and survives interpolation in time. Every slice is also a raw SVI slice.
 * Source: Gatheral and Jacquier (2014), section 4; Hendriks and Martini (2019), The extended SSVI
 * volatility surface; Corbetta, Cohort, Laachir and Martini (2019), Robust calibration and
 * arbitrage-free interpolation of SSVI slices.
 */
import { assert, err, exp, log, ok, pow, type Result } from '@openstrike/std';
import { findMinimum } from './numeric/scalar-search.ts';
import type { SmileQuote } from './smile-quote.ts';
import type { SviParameters } from './svi.ts';

/** One slice: at-the-money total variance, correlation, and psi = theta phi(theta). */
export type SsviSlice = { readonly theta: number; readonly rho: number; readonly psi: number };

/**
 * theta/2 (1 + rho phi k + sqrt((phi k + rho)^2 + 1 - rho^2)) with phi = psi / theta.
 * Units: k is ln(strike / forward); the result is volatility squared times years. Domain: theta
 * above 0, rho inside (-1, 1), every k. Source: Gatheral and Jacquier (2014), eq. 4.1.
 */
export function ssviTotalVariance(k: number, theta: number, rho: number, psi: number): number {
  const y = (psi / theta) * k + rho;
  return 0.5 * (theta + rho * psi * k + theta * Math.sqrt(y * y + 1 - rho * rho));
}

/**
 * The raw SVI parameters of the same curve.
 * Units: as ssviTotalVariance. Domain: psi above 0, rho inside (-1, 1). Source: Gatheral and
 * Jacquier (2014), eq. 4.1 against eq. 3.1.
 */
export function rawOfSsvi(slice: SsviSlice): SviParameters {
  const { theta, rho, psi } = slice;
  const free = 1 - rho * rho;
  return {
    a: 0.5 * theta * free,
    b: 0.5 * psi,
    rho,
    m: (-rho * theta) / psi,
    sigma: (theta * Math.sqrt(free)) / psi,
  };
}

/**
 * The power law eta theta^-gamma (1 + theta)^(gamma - 1).
 * Units: per log-moneyness, as phi of SSVI. Domain: theta above 0; free of butterflies for gamma up
 * to 1/2 and eta (1 + |rho|) up to 2. Source: Gatheral and Jacquier (2014), eq. 4.5.
 */
export function powerLawPhi(theta: number, eta: number, gamma: number): number {
  return eta * pow(theta, -gamma) * pow(1 + theta, gamma - 1);
}

/**
 * The Heston-like function of theta.
 * Units: as powerLawPhi. Domain: lambda theta at least 0, 1/2 at 0; free of butterflies for lambda
 * at least (1 + |rho|) / 4. Source: Gatheral and Jacquier (2014), eq. 4.4.
 */
export function hestonLikePhi(theta: number, lambda: number): number {
  const x = lambda * theta;
  return x < 1e-4 ? 0.5 - x / 6 + (x * x) / 24 : (1 - (1 - exp(-x)) / x) / x;
}

/**
 * Whether a slice is free of butterfly arbitrage: psi (1 + |rho|) < 4 and psi^2 (1 + |rho|) <= 4
 * theta.
 * Units: total variance. Domain: any numbers; false outside the domain of ssviTotalVariance.
 * Source: Gatheral and Jacquier (2014), theorem 4.2.
 */
export function ssviButterflyFree({ theta, rho, psi }: SsviSlice): boolean {
  const tilt = 1 + Math.abs(rho);
  return theta > 0 && psi > 0 && tilt < 2 && psi * tilt < 4 && psi * psi * tilt <= 4 * theta;
}

/**
 * Whether the later slice lies above the earlier everywhere, by a sufficient condition: theta
 * rises, both wings rise, and phi does not.
 * Units: total variance. Domain: slices within the domain of ssviTotalVariance. Source: Hendriks
 * and Martini (2019), proposition 3.5.
 */
export function ssviCalendarFree(earlier: SsviSlice, later: SsviSlice): boolean {
  const ratio = later.psi / earlier.psi;
  return (
    later.theta >= earlier.theta &&
    ratio * (1 + later.rho) >= 1 + earlier.rho &&
    ratio * (1 - later.rho) >= 1 - earlier.rho &&
    later.psi * earlier.theta <= earlier.psi * later.theta
  );
}

/** A slice at its time to expiry. */
export type SsviNode = SsviSlice & { readonly timeYears: number };

/**
 * The slice at any time: theta, psi and rho psi are linear between nodes, proportional to time
 * before the first, and beyond the last theta goes on with its last slope. Free of arbitrage when
 * the nodes are.
 * Units: total variance; years. Domain: at least one node, in ascending order of time. Throws:
 * without a node. Source: Corbetta et al. (2019), section 5.
 */
export function essviAt(nodes: readonly SsviNode[], timeYears: number): SsviSlice {
  assert(nodes.length > 0, 'a surface has at least one slice');
  const first = nodes[0] as SsviNode;
  const last = nodes[nodes.length - 1] as SsviNode;
  if (timeYears < first.timeYears) {
    const share = timeYears / first.timeYears;
    return { theta: first.theta * share, rho: first.rho, psi: first.psi * share };
  }
  if (timeYears >= last.timeYears) {
    const before = nodes[nodes.length - 2];
    const slope =
      before === undefined
        ? last.theta / last.timeYears
        : (last.theta - before.theta) / (last.timeYears - before.timeYears);
    const theta = last.theta + slope * (timeYears - last.timeYears);
    return { theta, rho: last.rho, psi: last.psi };
  }
  let i = 1;
  while ((nodes[i] as SsviNode).timeYears <= timeYears) {
    i++;
  }
  const low = nodes[i - 1] as SsviNode;
  const high = nodes[i] as SsviNode;
  const u = (timeYears - low.timeYears) / (high.timeYears - low.timeYears);
  const psi = low.psi + u * (high.psi - low.psi);
  const tilted = low.rho * low.psi + u * (high.rho * high.psi - low.rho * low.psi);
  return { theta: low.theta + u * (high.theta - low.theta), rho: tilted / psi, psi };
}

/**
 * Fits eSSVI slices one after the other, each anchored at the quote nearest the money and held
 * inside the bounds that keep it free of butterfly and calendar arbitrage, so that the result is
 * free by construction.
 * Units: quotes in annualised volatility by ln(strike / forward). Domain: ascending times; at least
 * three quotes each. Refuses: too-few-quotes. Source: Corbetta et al. (2019), section 4.
 */
export function fitEssvi(
  expiries: readonly { readonly timeYears: number; readonly quotes: readonly SmileQuote[] }[],
): Result<readonly SsviNode[], 'too-few-quotes'> {
  const nodes: SsviNode[] = [];
  for (const { timeYears, quotes } of expiries) {
    const used = quotes.filter(({ bidIv, askIv }) => bidIv > 0 && askIv >= bidIv);
    if (used.length < 3) {
      return err('too-few-quotes');
    }
    nodes.push({ timeYears, ...fitEssviSlice(used, timeYears, nodes[nodes.length - 1]) });
  }
  return ok(nodes);
}

type Anchor = { readonly k: number; readonly w: number };

function fitEssviSlice(
  quotes: readonly SmileQuote[],
  timeYears: number,
  earlier: SsviNode | undefined,
): SsviSlice {
  const nearest = quotes.reduce((a, b) => (Math.abs(b.k) < Math.abs(a.k) ? b : a));
  const mid = 0.5 * (nearest.bidIv + nearest.askIv);
  const anchor: Anchor = { k: nearest.k, w: mid * mid * timeYears };
  const best = { loss: Number.POSITIVE_INFINITY, slice: flatSlice(anchor, earlier) };
  const tryRho = (rho: number): number => {
    const [low, high] = psiBounds(rho, anchor, earlier);
    if (!(high > low)) {
      return Number.POSITIVE_INFINITY;
    }
    const lossAt = (psi: number): number =>
      lossOf(sliceAt(rho, psi, anchor, earlier), quotes, timeYears);
    const { x, value } = findMinimum(lossAt, low, high, 1e-6 * high);
    if (value < best.loss) {
      best.loss = value;
      best.slice = sliceAt(rho, x, anchor, earlier);
    }
    return value;
  };
  let bestRho = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = -12; i <= 12; i++) {
    const value = tryRho(i * 0.08);
    if (value < least) {
      least = value;
      bestRho = i * 0.08;
    }
  }
  findMinimum(tryRho, Math.max(bestRho - 0.08, -0.999), Math.min(bestRho + 0.08, 0.999), 1e-4);
  return best.slice;
}

/** Theta that lets the slice pass through the anchor, but not below the earlier one's. */
function sliceAt(
  rho: number,
  psi: number,
  anchor: Anchor,
  earlier: SsviNode | undefined,
): SsviSlice {
  const passing = anchor.w - rho * psi * anchor.k;
  const floor =
    earlier === undefined ? 0 : earlier.theta * Math.max(1, psi / earlier.psi) * (1 + 1e-12);
  const free = 0.25 * psi * psi * (1 + Math.abs(rho)) * (1 + 1e-12);
  return { theta: Math.max(passing, floor, free, 1e-12), rho, psi };
}

/** The range of psi within the butterfly bound, above the earlier wings. */
function psiBounds(
  rho: number,
  anchor: Anchor,
  earlier: SsviNode | undefined,
): readonly [number, number] {
  const tilt = 1 + Math.abs(rho);
  const low =
    earlier === undefined
      ? 1e-6 * Math.sqrt(anchor.w)
      : earlier.psi *
        Math.max((1 + earlier.rho) / (1 + rho), (1 - earlier.rho) / (1 - rho)) *
        (1 + 1e-12);
  const high = Math.min((4 / tilt) * (1 - 1e-9), 3 * Math.sqrt((4 * anchor.w) / tilt) + 2 * low);
  return [low, high];
}

function flatSlice(anchor: Anchor, earlier: SsviNode | undefined): SsviSlice {
  return earlier ?? { theta: anchor.w, rho: 0, psi: 1e-6 * Math.sqrt(anchor.w) };
}

function lossOf(slice: SsviSlice, quotes: readonly SmileQuote[], timeYears: number): number {
  let sum = 0;
  for (const { k, bidIv, askIv } of quotes) {
    const w = ssviTotalVariance(k, slice.theta, slice.rho, slice.psi);
    const half = Math.max(0.5 * (askIv - bidIv), 0.001);
    const r = (Math.sqrt(w / timeYears) - 0.5 * (bidIv + askIv)) / half;
    sum += Math.sqrt(1 + 0.25 * r * r) - 1;
  }
  return sum;
}

/**
 * The log-moneyness ln(strike / forward) as all smile functions take it.
 * Units: none. Domain: both above 0. Source: definition.
 */
export function logMoneyness(strike: number, forward: number): number {
  return log(strike / forward);
}
