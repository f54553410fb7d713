/**
 * The early-exercise boundary of an American put by spectral collocation: the boundary at
 * Chebyshev nodes in the root of time solves an integral equation, by Newton's method over all
 * nodes at once, which converges where fixed-point steps do not. In every integral the time is
 * T sin^2, so that both its ends are smooth and few Gauss-Legendre points suffice.
 * Source: Andersen, Lake and Offengenden (2016), High-Performance American Option Pricing, section
 * 4 (equation "A") and section 5 (the transform of the boundary); start from Barone-Adesi and
 * Whaley (1987), eq. 15.
 */
import { cos, exp, log, millsRatio, normCdf, sin } from '@openstrike/std';
import { blackScholes } from '../black76-greeks.ts';
import { gaussLegendre } from '../numeric/gauss-legendre.ts';
import type { CanonicalPut } from './american-inputs.ts';
import { perpetualPut } from './perpetual.ts';

const SQRT_2PI_INVERSE = 0.3989422804014327;
const HALF_PI = 1.5707963267948966;
const PI = 3.141592653589793;
/** The least depth a node starts from, and the least square that is told from 0. */
const DEPTH_MIN = 1e-9;
const SQUARE_MIN = 1e-20;
/**
 * The boundary that begins where interest and yield balance leaves there by c times the total
 * volatility, where c^3 N(c) = (1 - c^2) n(c). Source: Evans, Kuske and Keller (2002), American
 * options on assets with dividends near expiry, eq. 1.3, whose constant 0.451723 is c / sqrt 2;
 * Andersen and Lake (2021) use it for the lower of two boundaries.
 */
export const LOWER_START = 0.638833;

/** What the solver needs that depends on no option, made once. */
export type CollocationScheme = {
  /** Chebyshev nodes of the boundary besides the one at expiry. */
  readonly nodeCount: number;
  /** Gauss-Legendre points of each node's integral, and of the price's. */
  readonly inner: IntegralRule;
  readonly outer: IntegralRule;
  /** The most Newton steps. */
  readonly stepCount: number;
  /** Stop when no node moves by more, in the logarithm of the boundary. */
  readonly tolerance: number;
  /** Root of the time of node i over the root of the longest: (1 + cos(i pi / n)) / 2. */
  readonly rootShares: Float64Array;
  /** Row (i, j): the weights of the nodes in the interpolation at node i's point j. */
  readonly interpolation: Float64Array;
  /** Row j: the same for the points of an integral over the whole time. */
  readonly outerInterpolation: Float64Array;
  /** The scheme whose boundary is the start, and row i: the weights of its nodes at node i. */
  readonly start: { readonly scheme: CollocationScheme; readonly rows: Float64Array } | undefined;
};

/** Points of an integral over time: the time to go there is sin^2 of the whole. */
type IntegralRule = {
  readonly pointCount: number;
  readonly sines: Float64Array;
  readonly cosines: Float64Array;
  /** For an integral over a time of 1: the point's weight times 2 sin cos. */
  readonly weights: Float64Array;
};

/**
 * Which boundary: the only one, or one of two, between which exercise pays. Below the lower one the
 * put waits since its interest costs more than the asset's yield.
 */
export type BoundarySide = 'single' | 'upper' | 'lower';

/** The boundary of one put: what the price and greeks integrate over. */
export type ExerciseBoundary = {
  readonly scheme: CollocationScheme;
  readonly side: BoundarySide;
  /** The boundary right before expiry: strike min(1, rate / yield); the upper one is the strike. */
  readonly atExpiry: number;
  /** ln(atExpiry / boundary)^2 at the nodes, the longest time first; it is 0 at expiry. */
  readonly squares: Float64Array;
  /** The boundary with the whole time to go. */
  readonly now: number;
  /**
   * How far the last step moved a node, in the logarithm of the boundary; of two boundaries, as a
   * share of their greatest depth.
   */
  readonly lastMove: number;
};

/** Makes a scheme; its start is the boundary of a coarser one, or an approximation. */
export function collocationScheme(
  nodeCount: number,
  innerPoints: number,
  outerPoints: number,
  stepCount: number,
  tolerance: number,
  coarse?: CollocationScheme,
): CollocationScheme {
  const inner = integralRule(innerPoints);
  const outer = integralRule(outerPoints);
  const rootShares = new Float64Array(nodeCount + 1);
  for (let i = 0; i < nodeCount; i++) {
    const half = cos((0.5 * i * PI) / nodeCount);
    rootShares[i] = half * half;
  }
  const interpolation = new Float64Array(nodeCount * innerPoints * nodeCount);
  for (let i = 0; i < nodeCount; i++) {
    const share = rootShares[i] as number;
    fillRows(inner.sines, share, rootShares, interpolation, i * innerPoints * nodeCount);
  }
  const outerInterpolation = new Float64Array(outerPoints * nodeCount);
  fillRows(outer.sines, 1, rootShares, outerInterpolation, 0);
  return {
    nodeCount,
    inner,
    outer,
    stepCount,
    tolerance,
    rootShares,
    interpolation,
    outerInterpolation,
    start: coarse && { scheme: coarse, rows: startRows(coarse, rootShares) },
  };
}

/** Interpolation of depth over root of time, which is smooth to expiry, through coarse nodes. */
function startRows(coarse: CollocationScheme, rootShares: Float64Array): Float64Array {
  const n = rootShares.length - 1;
  const m = coarse.nodeCount;
  const rows = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    const share = rootShares[i] as number;
    for (let k = 0; k < m; k++) {
      const node = coarse.rootShares[k] as number;
      let weight = share / node;
      for (let l = 0; l < m; l++) {
        const other = coarse.rootShares[l] as number;
        weight *= l === k ? 1 : (share - other) / (node - other);
      }
      rows[i * m + k] = weight;
    }
  }
  return rows;
}

function integralRule(pointCount: number): IntegralRule {
  const { nodes, weights: legendre } = gaussLegendre(pointCount);
  const sines = new Float64Array(pointCount);
  const cosines = new Float64Array(pointCount);
  const weights = new Float64Array(pointCount);
  for (let j = 0; j < pointCount; j++) {
    const angle = 0.5 * HALF_PI * (1 + (nodes[j] as number));
    const sine = sin(angle);
    const cosine = cos(angle);
    sines[j] = sine;
    cosines[j] = cosine;
    weights[j] = HALF_PI * (legendre[j] as number) * sine * cosine;
  }
  return { pointCount, sines, cosines, weights };
}

function fillRows(
  sines: Float64Array,
  share: number,
  shares: Float64Array,
  out: Float64Array,
  offset: number,
): void {
  const n = shares.length - 1;
  for (let j = 0; j < sines.length; j++) {
    fillInterpolation(share * (sines[j] as number), shares, out, offset + j * n);
  }
}

/**
 * Weights of barycentric interpolation through Chebyshev points of the second kind; the value at
 * the last node, expiry, is 0 and left out. Source: Berrut and Trefethen (2004), eq. 4.2 and 5.4.
 */
export function fillInterpolation(
  share: number,
  shares: Float64Array,
  out: Float64Array,
  offset: number,
): void {
  const n = shares.length - 1;
  let total = 0;
  for (let k = 0; k <= n; k++) {
    const gap = share - (shares[k] as number);
    if (gap === 0) {
      for (let l = 0; l < n; l++) {
        out[offset + l] = l === k ? 1 : 0;
      }
      return;
    }
    const sign = (k & 1) === 0 ? 1 : -1;
    const weight = (sign * (k === 0 || k === n ? 0.5 : 1)) / gap;
    total += weight;
    if (k < n) {
      out[offset + k] = weight;
    }
  }
  for (let k = 0; k < n; k++) {
    out[offset + k] = (out[offset + k] as number) / total;
  }
}

/** The arrays that the steps of one scheme write, made once per scheme. */
type Scratch = {
  /** ln(atExpiry / boundary) at the nodes: what Newton's method solves for. */
  readonly depths: Float64Array;
  readonly squares: Float64Array;
  /** The weight of each point times rate e^(rate u), or yield e^(yield u), over the whole time. */
  readonly rateWeights: Float64Array;
  readonly yieldWeights: Float64Array;
  readonly jacobian: Float64Array;
  readonly step: Float64Array;
  readonly rowN: Float64Array;
  readonly rowD: Float64Array;
};

const SCRATCH = new Map<CollocationScheme, Scratch>();

function scratchOf(scheme: CollocationScheme): Scratch {
  const kept = SCRATCH.get(scheme);
  if (kept !== undefined) {
    return kept;
  }
  const n = scheme.nodeCount;
  const size = n * scheme.inner.pointCount;
  const made = {
    depths: new Float64Array(n),
    squares: new Float64Array(n),
    rateWeights: new Float64Array(size),
    yieldWeights: new Float64Array(size),
    jacobian: new Float64Array(n * n),
    step: new Float64Array(n),
    rowN: new Float64Array(n),
    rowD: new Float64Array(n),
  };
  SCRATCH.set(scheme, made);
  return made;
}

/**
 * A boundary of a put, with time and volatility above 0. Of two boundaries each is found as if the
 * other were not there, which holds as long as they have not met: the put on the far side of one
 * knows nothing of the other. A lastMove of Infinity says that they have, or that none was found.
 * Cost: steps * nodes * points * nodes multiplications.
 */
export function exerciseBoundary(
  put: CanonicalPut,
  scheme: CollocationScheme,
  side: BoundarySide = 'single',
): ExerciseBoundary {
  const { strike, rate, yieldRate } = put;
  const { nodeCount: n } = scheme;
  const scratch = scratchOf(scheme);
  const { depths, squares, step } = scratch;
  const inner = yieldRate > rate || side === 'lower';
  const atExpiry = inner ? strike * (rate / yieldRate) : strike;
  const logAtExpiry = log(atExpiry / strike);
  // No boundary lies below that of the put that never expires; two meet within their first gap.
  const deepest =
    side === 'single'
      ? log(atExpiry / perpetualPut(put).boundary) + DEPTH_MIN
      : log(yieldRate / rate);
  fillStart(put, scheme, side, depths, atExpiry);
  fillWeights(put, scheme, scratch);
  let move = Number.POSITIVE_INFINITY;
  for (let count = 0; count < scheme.stepCount && move > scheme.tolerance; count++) {
    for (let i = 0; i < n; i++) {
      squares[i] = (depths[i] as number) * (depths[i] as number);
    }
    for (let i = 0; i < n; i++) {
      fillEquation(put, scheme, scratch, side, i, logAtExpiry);
    }
    solveLinear(scratch.jacobian, step, n);
    move = 0;
    for (let i = 0; i < n; i++) {
      const before = depths[i] as number;
      const wanted = before + (step[i] as number);
      // Uneven bounds, so that no node swings between them.
      const after = Math.min(Math.max(wanted, 0.7 * before), 1.6 * before, deepest);
      move = Math.max(move, Math.abs(after - before));
      depths[i] = after;
    }
    move /= side === 'single' ? 1 : (depths[0] as number);
  }
  const depth = depths[0] as number;
  const isWithin = side === 'single' || depth < deepest;
  return {
    scheme,
    side,
    atExpiry,
    squares: depths.map((each) => each * each),
    now: atExpiry * exp(side === 'lower' ? depth : -depth),
    lastMove: isWithin && move === move ? move : Number.POSITIVE_INFINITY,
  };
}

/** The depths that Newton's method starts from. */
function fillStart(
  put: CanonicalPut,
  scheme: CollocationScheme,
  side: BoundarySide,
  depths: Float64Array,
  atExpiry: number,
): void {
  const { start, rootShares, nodeCount: n } = scheme;
  if (side === 'lower' && start === undefined) {
    const total = LOWER_START * put.volatility * Math.sqrt(put.timeYears);
    for (let i = 0; i < n; i++) {
      depths[i] = total * (rootShares[i] as number);
    }
    return;
  }
  if (start === undefined) {
    let guess = atExpiry;
    for (let i = n - 1; i >= 0; i--) {
      const share = rootShares[i] as number;
      guess = criticalPrice(put, put.timeYears * share * share, guess);
      depths[i] = Math.max(log(atExpiry / guess), DEPTH_MIN);
    }
    return;
  }
  const { squares } = exerciseBoundary(put, start.scheme, side);
  const m = squares.length;
  for (let i = 0; i < n; i++) {
    let depth = 0;
    for (let k = 0; k < m; k++) {
      depth += (start.rows[i * m + k] as number) * Math.sqrt(squares[k] as number);
    }
    depths[i] = Math.max(depth, DEPTH_MIN);
  }
}

/** The parts of the weights that depend on the option but not on its boundary. */
function fillWeights(put: CanonicalPut, scheme: CollocationScheme, scratch: Scratch): void {
  const { timeYears, rate, yieldRate } = put;
  const { nodeCount, inner, rootShares } = scheme;
  let at = 0;
  for (let i = 0; i < nodeCount; i++) {
    const share = rootShares[i] as number;
    const time = timeYears * share * share;
    for (let j = 0; j < inner.pointCount; j++, at++) {
      const sine = inner.sines[j] as number;
      const toGo = time * sine * sine;
      const weight = time * (inner.weights[j] as number);
      scratch.rateWeights[at] = weight * rate * exp(rate * toGo);
      scratch.yieldWeights[at] = weight * yieldRate * exp(yieldRate * toGo);
    }
  }
}

/** What addPoints leaves: both integrals and their derivatives by the node's own depth. */
const sums = new Float64Array(4);

/**
 * The integrals of equation "A" at node i, their derivatives by its own depth into sums, and by the
 * depths along the integral, each over that depth, into the rows.
 */
function addPoints(
  scheme: CollocationScheme,
  scratch: Scratch,
  side: BoundarySide,
  i: number,
  total: number,
  drift: number,
): void {
  const { nodeCount: n, inner, interpolation } = scheme;
  const isLower = side === 'lower';
  const { depths, squares, rateWeights, yieldWeights, rowN, rowD } = scratch;
  const depth = depths[i] as number;
  rowN.fill(0);
  rowD.fill(0);
  let sumN = 0;
  let sumD = 0;
  let slopeN = 0;
  let slopeD = 0;
  for (let j = 0; j < inner.pointCount; j++) {
    const at = i * inner.pointCount + j;
    const row = at * n;
    let square = 0;
    for (let k = 0; k < n; k++) {
      square += (interpolation[row + k] as number) * (squares[k] as number);
    }
    const other = Math.sqrt(square > SQUARE_MIN ? square : SQUARE_MIN);
    const c = inner.cosines[j] as number;
    const deviation = total * c;
    const d2 = ((isLower ? depth - other : other - depth) + drift * c * c) / deviation;
    const d1 = d2 + deviation;
    const bell1 = exp(-0.5 * d1 * d1);
    const density2 = SQRT_2PI_INVERSE * exp(-0.5 * d2 * d2);
    const density1 = SQRT_2PI_INVERSE * bell1;
    const tail = d1 > 0 ? bell1 * millsRatio(d1) : 1 - bell1 * millsRatio(-d1);
    const n1 = isLower ? -tail : d1 > 0 ? 1 - tail : bell1 * millsRatio(-d1);
    const termN = ((rateWeights[at] as number) * density2) / deviation;
    const termD = (yieldWeights[at] as number) / deviation;
    sumN += termN;
    sumD += termD * (n1 * deviation + density1);
    const tiltN = (-termN * d2) / deviation;
    const tiltD = (-termD * density1 * d2) / deviation;
    slopeN += tiltN;
    slopeD += tiltD;
    const perOther = square > SQUARE_MIN ? 1 / other : 0;
    for (let k = 0; k < n; k++) {
      const weight = (interpolation[row + k] as number) * perOther;
      rowN[k] = (rowN[k] as number) + tiltN * weight;
      rowD[k] = (rowD[k] as number) + tiltD * weight;
    }
  }
  sums[0] = sumN;
  sums[1] = sumD;
  sums[2] = slopeN;
  sums[3] = slopeD;
}

/**
 * Equation "A" at node i, ln N - ln D - (r - q) T - ln(B / strike) = 0, into the right side, and
 * its derivatives by the depth of every node into row i of the Jacobian. Of two boundaries N and D
 * may change their sign, so there it is N - D e^((r - q) T) B / strike = 0; and the put below the
 * lower one starts as strike less spot, not as an option, which leaves N(d1) - 1 of D's N(d1).
 */
function fillEquation(
  put: CanonicalPut,
  scheme: CollocationScheme,
  scratch: Scratch,
  side: BoundarySide,
  i: number,
  logAtExpiry: number,
): void {
  const { timeYears, volatility, rate, yieldRate } = put;
  const { nodeCount: n, rootShares } = scheme;
  const { depths, rowN, rowD, jacobian, step } = scratch;
  const share = rootShares[i] as number;
  const time = timeYears * share * share;
  const total = volatility * Math.sqrt(time);
  const drift = (rate - yieldRate - 0.5 * volatility * volatility) * time;
  addPoints(scheme, scratch, side, i, total, drift);
  const depth = depths[i] as number;
  const logNow = side === 'lower' ? logAtExpiry + depth : logAtExpiry - depth;
  const d2 = (logNow + drift) / total;
  const d1 = d2 + total;
  const option = side === 'lower' ? 0 : 1;
  const density2 = (option * SQRT_2PI_INVERSE * exp(-0.5 * d2 * d2)) / total;
  const density1 = (option * SQRT_2PI_INVERSE * exp(-0.5 * d1 * d1)) / total;
  const numerator = (sums[0] as number) + density2;
  const denominator = (sums[1] as number) + density1 + option * normCdf(d1);
  const slopeN = (sums[2] as number) - (density2 * d2) / total;
  const slopeD = (sums[3] as number) - (density1 * d2) / total;
  const isSingle = side === 'single';
  const perN = isSingle ? 1 / numerator : 1;
  const perD = isSingle ? 1 / denominator : exp(logNow + (rate - yieldRate) * time);
  const base = i * n;
  for (let k = 0; k < n; k++) {
    jacobian[base + k] =
      (depths[k] as number) * ((rowN[k] as number) * perN - (rowD[k] as number) * perD);
  }
  const own = (isSingle ? 1 : perD * denominator) - (slopeN * perN - slopeD * perD);
  jacobian[base + i] = (jacobian[base + i] as number) + own;
  const off = isSingle
    ? logNow + (rate - yieldRate) * time - log(numerator / denominator)
    : perD * denominator - numerator;
  step[i] = side === 'lower' ? -off : off;
}

/** Solves a linear system in place, by elimination with partial pivoting. */
function solveLinear(matrix: Float64Array, right: Float64Array, n: number): void {
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let i = c + 1; i < n; i++) {
      if (Math.abs(matrix[i * n + c] as number) > Math.abs(matrix[pivot * n + c] as number)) {
        pivot = i;
      }
    }
    if (pivot !== c) {
      for (let k = c; k < n; k++) {
        const held = matrix[c * n + k] as number;
        matrix[c * n + k] = matrix[pivot * n + k] as number;
        matrix[pivot * n + k] = held;
      }
      const held = right[c] as number;
      right[c] = right[pivot] as number;
      right[pivot] = held;
    }
    const inverse = 1 / (matrix[c * n + c] as number);
    for (let i = c + 1; i < n; i++) {
      const factor = (matrix[i * n + c] as number) * inverse;
      for (let k = c + 1; k < n; k++) {
        matrix[i * n + k] = (matrix[i * n + k] as number) - factor * (matrix[c * n + k] as number);
      }
      right[i] = (right[i] as number) - factor * (right[c] as number);
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = right[i] as number;
    for (let k = i + 1; k < n; k++) {
      sum -= (matrix[i * n + k] as number) * (right[k] as number);
    }
    right[i] = sum / (matrix[i * n + i] as number);
  }
}

/**
 * The boundary of Barone-Adesi and Whaley at one time to go, by Newton's method on the logarithm:
 * strike - S - put(S) + (1 - e^(-qT) N(-d1)) S / root = 0, root < 0.
 */
function criticalPrice(put: CanonicalPut, time: number, start: number): number {
  const { strike, volatility, rate, yieldRate } = put;
  const variance = volatility * volatility;
  const slope = (2 * (rate - yieldRate)) / variance - 1;
  const decay = rate === 0 ? time : (1 - exp(-rate * time)) / rate;
  const root = 0.5 * (-slope - Math.sqrt(slope * slope + 8 / (variance * decay)));
  const total = volatility * Math.sqrt(time);
  const shrink = exp(-yieldRate * time);
  let s = start;
  for (let i = 0; i < 6; i++) {
    const d1 = (log(s / strike) + (rate - yieldRate) * time) / total + 0.5 * total;
    const inside = shrink * normCdf(-d1);
    const value = blackScholes(s, strike, time, volatility, rate, yieldRate, -1);
    const f = strike - s - value + ((1 - inside) * s) / root;
    const density = (shrink * SQRT_2PI_INVERSE * exp(-0.5 * d1 * d1)) / total;
    const derivative = -1 + inside + (1 - inside + density) / root;
    const next = s - f / derivative;
    s = next > 0.3 * s ? (next < 2 * s ? next : 2 * s) : 0.3 * s;
  }
  return s;
}
