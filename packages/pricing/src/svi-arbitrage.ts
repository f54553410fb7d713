/**
 * Tests of SVI slices for static arbitrage, and the certificate that says what was checked: the
 * density over the whole line (butterflies), the wings, and the order of slices (calendars). A
 * surface is activated for marking only with a clean certificate.
 * Source: Gatheral and Jacquier (2014), Arbitrage-free SVI volatility surfaces, section 2.
 */
import { sinh } from '@openstrike/std';
import { findMinimum } from './numeric/scalar-search.ts';
import {
  type SviParameters,
  sviDensityFactor,
  sviMinimum,
  sviTotalVariance,
  sviWingSlopes,
} from './svi.ts';

/** A slice of a surface: its time to expiry and its parameters. */
export type SviSlice = { readonly timeYears: number; readonly slice: SviParameters };

/** Where a checked quantity is least, and its value there; a negative value is a violation. */
export type Margin = { readonly k: number; readonly value: number };

/** A violation found in a surface. */
export type SurfaceViolation = {
  readonly kind: 'parameters' | 'variance' | 'wing' | 'butterfly' | 'calendar' | 'order';
  /** Index of the slice, the later one for a calendar violation. */
  readonly index: number;
  readonly k: number;
  readonly value: number;
};

/** What was checked of a surface and what was found. */
export type SurfaceCertificate = {
  readonly free: boolean;
  readonly violations: readonly SurfaceViolation[];
  /** Least Durrleman g of each slice. */
  readonly butterfly: readonly Margin[];
  /** Least rise of total variance from each slice to the next. */
  readonly calendar: readonly Margin[];
  /** Points per slice at which the line was searched, before refinement of every local minimum. */
  readonly gridPoints: number;
};

const GRID = 241;
/** The search covers sinh(GRID_REACH), about 1,100, times the slice's own width. */
const GRID_REACH = 7.7;
const NODES: Float64Array = Float64Array.from({ length: GRID }, (_, i) =>
  sinh(GRID_REACH * ((2 * i) / (GRID - 1) - 1)),
);

/**
 * The least g(k) of a slice over the line. Beyond the searched range g tends to 1/4 - slope^2 / 16
 * of the wing, which the certificate checks apart.
 * Units: g as in sviDensityFactor; k is ln(strike / forward). Domain: sigma above 0; -Infinity
 * where the total variance is not above 0. Cost: about 250 evaluations of g and a refinement of
 * each local minimum. Source: Gatheral and Jacquier (2014), eq. 2.1 and lemma 2.2.
 */
export function butterflyMargin(slice: SviParameters): Margin {
  return leastOnLine((k) => sviDensityFactor(k, slice), slice.m, slice.sigma);
}

/**
 * The least rise of total variance from an earlier to a later slice over the line: below 0 is
 * calendar arbitrage.
 * Units: total variance. Domain: sigma above 0 for both. Source: Gatheral and Jacquier (2014),
 * lemma 2.1.
 */
export function calendarMargin(earlier: SviParameters, later: SviParameters): Margin {
  const rise = (k: number): number => total(k, later) - total(k, earlier);
  const first = leastOnLine(rise, earlier.m, earlier.sigma);
  const second = leastOnLine(rise, later.m, later.sigma);
  return first.value < second.value ? first : second;
}

/**
 * Checks slices in ascending order of time and says what was found.
 * Units: margins as butterflyMargin and calendarMargin. Domain: any numbers; those that are no
 * slice are violations. Source: Gatheral and Jacquier (2014), section 2.
 */
export function certifySurface(slices: readonly SviSlice[]): SurfaceCertificate {
  const violations: SurfaceViolation[] = [];
  const butterfly: Margin[] = [];
  const calendar: Margin[] = [];
  const add = (kind: SurfaceViolation['kind'], index: number, k: number, value: number): void => {
    violations.push({ kind, index, k, value });
  };
  for (const [index, { timeYears, slice }] of slices.entries()) {
    const { a, b, rho, m, sigma } = slice;
    if (!(b >= 0 && Math.abs(rho) < 1 && sigma > 0 && (a + m) * 0 === 0 && timeYears > 0)) {
      add('parameters', index, m, Number.NEGATIVE_INFINITY);
      continue;
    }
    const minimum = sviMinimum(slice);
    if (!(minimum > 0)) {
      add('variance', index, m, minimum);
    }
    const { left, right } = sviWingSlopes(slice);
    if (!(Math.max(left, right) < 2)) {
      add('wing', index, left > right ? -Infinity : Infinity, 2 - Math.max(left, right));
    }
    const margin = butterflyMargin(slice);
    butterfly.push(margin);
    if (!(margin.value >= 0)) {
      add('butterfly', index, margin.k, margin.value);
    }
    const before = slices[index - 1];
    if (before !== undefined) {
      checkCalendar(before, { timeYears, slice }, index, calendar, add);
    }
  }
  return { free: violations.length === 0, violations, butterfly, calendar, gridPoints: GRID };
}

function checkCalendar(
  before: SviSlice,
  after: SviSlice,
  index: number,
  calendar: Margin[],
  add: (kind: SurfaceViolation['kind'], index: number, k: number, value: number) => void,
): void {
  if (!(after.timeYears > before.timeYears)) {
    add('order', index, 0, after.timeYears - before.timeYears);
  }
  const margin = calendarMargin(before.slice, after.slice);
  calendar.push(margin);
  const wingsBefore = sviWingSlopes(before.slice);
  const wingsAfter = sviWingSlopes(after.slice);
  const wing = Math.min(wingsAfter.left - wingsBefore.left, wingsAfter.right - wingsBefore.right);
  // Total variances of 1e-12 are far below any tick; a crossing in the last bits is rounding.
  if (!(margin.value >= -1e-12)) {
    add('calendar', index, margin.k, margin.value);
  } else if (wing < -1e-12) {
    const left = wingsAfter.left - wingsBefore.left < wingsAfter.right - wingsBefore.right;
    add('calendar', index, left ? -Infinity : Infinity, wing);
  }
}

function total(k: number, slice: SviParameters): number {
  return sviTotalVariance(k, slice.a, slice.b, slice.rho, slice.m, slice.sigma);
}

/** The least value of f on a grid that is dense at the centre, each local minimum refined. */
function leastOnLine(f: (k: number) => number, centre: number, width: number): Margin {
  let least: Margin = { k: centre, value: Number.POSITIVE_INFINITY };
  let before = Number.POSITIVE_INFINITY;
  let value = f(centre + width * (NODES[0] as number));
  for (let i = 0; i < GRID; i++) {
    const k = centre + width * (NODES[i] as number);
    const after =
      i + 1 < GRID ? f(centre + width * (NODES[i + 1] as number)) : Number.POSITIVE_INFINITY;
    if (value !== value) {
      return { k, value: Number.NEGATIVE_INFINITY };
    }
    if (value < least.value) {
      least = { k, value };
    }
    if (value <= before && value <= after && i > 0 && i + 1 < GRID) {
      const low = centre + width * (NODES[i - 1] as number);
      const high = centre + width * (NODES[i + 1] as number);
      const { x, value: refined } = findMinimum(f, low, high, 1e-7 * (high - low));
      if (refined < least.value) {
        least = { k: x, value: refined };
      }
    }
    before = value;
    value = after;
  }
  return least;
}
